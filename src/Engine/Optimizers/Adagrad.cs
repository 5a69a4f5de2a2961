using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>Adagrad: s ← s + g², w ← w − η·g / (√s + ε), with s = 0 at first.</summary>
/// <remarks>
/// Units: rate default 0.01, Epsilon default 1e-10, as in PyTorch.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// Source: Duchi, Hazan and Singer 2011.
/// </remarks>
public sealed record Adagrad : Optimizer
{
    public Adagrad(float rate = 0.01f, float epsilon = 1e-10f)
        : base(rate) => Epsilon = NotNegative("epsilon", epsilon);

    public float Epsilon { get; }

    private protected override IReadOnlyList<string> OwnSlots { get; } = ["square-sum"];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Rule>(new Rule(LearningRate, Epsilon));

    internal readonly struct Rule(float rate, float epsilon) : IUpdateRule<Rule>
    {
        private readonly float _epsilon = epsilon;

        public static int Slots => 1;

        public Rule At(in StepTerms step) => new(step.Rate, _epsilon);

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            first = TMath.FusedMultiplyAdd(gradient, gradient, first);
            var root = TMath.Add(TMath.Sqrt(first), TMath.Constant(_epsilon));
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-rate), TMath.Divide(gradient, root), parameter);
        }
    }
}
