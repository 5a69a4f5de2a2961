using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>Nesterov's momentum: v ← μ·v + g, w ← w − η·(g + μ·v), with v = 0 at first.</summary>
/// <remarks>
/// Units: Decay (μ) in [0, 1), default 0.9; the form of PyTorch's SGD with nesterov.
/// Errors: ArgumentOutOfRangeException for a learning rate or decay out of range.
/// Source: Nesterov 1983; in this form Sutskever, Martens, Dahl and Hinton 2013 with Bengio et al. 2012.
/// </remarks>
public sealed record Nesterov : Optimizer
{
    public Nesterov(float rate, float decay = 0.9f)
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
            var ahead = TMath.FusedMultiplyAdd(TMath.Constant(_decay), first, gradient);
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-rate), ahead, parameter);
        }
    }
}
