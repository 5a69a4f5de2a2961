using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>Heavy-ball momentum: v ← μ·v + g, w ← w − η·v, with v = 0 at first.</summary>
/// <remarks>
/// Units: Decay (μ) in [0, 1), default 0.9, as in PyTorch's SGD without dampening.
/// Errors: ArgumentOutOfRangeException for a learning rate or decay out of range.
/// Source: Polyak 1964; Sutskever, Martens, Dahl and Hinton 2013.
/// </remarks>
public sealed record Momentum : Optimizer
{
    public Momentum(float rate, float decay = 0.9f)
        : base(rate) => Decay = Fraction("momentum", decay);

    public float Decay { get; }

    private protected override IReadOnlyList<string> OwnSlots { get; } = ["velocity"];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Rule>(new Rule(LearningRate, Decay));

    internal readonly struct Rule(float rate, float decay) : IUpdateRule<Rule>
    {
        private readonly float _decay = decay;

        public static int Slots => 1;

        public Rule At(in StepTerms step) => new(step.Rate, _decay);

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            first = TMath.FusedMultiplyAdd(TMath.Constant(_decay), first, gradient);
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-rate), first, parameter);
        }
    }
}
