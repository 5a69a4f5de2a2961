using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>RMSProp: s ← α·s + (1 − α)·g², w ← w − η·g / (√s + ε), with s = 0 at first.</summary>
/// <remarks>
/// Units: rate default 0.01, Smoothing (α) in [0, 1) default 0.99, Epsilon default 1e-8, as in PyTorch.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// Source: Tieleman and Hinton 2012, lecture 6.5.
/// </remarks>
public sealed record RmsProp : Optimizer
{
    public RmsProp(float rate = 0.01f, float smoothing = 0.99f, float epsilon = 1e-8f)
        : base(rate) => (Smoothing, Epsilon) = (Fraction("smoothing", smoothing), NotNegative("epsilon", epsilon));

    public float Smoothing { get; }

    public float Epsilon { get; }

    private protected override IReadOnlyList<string> OwnSlots { get; } = ["square-average"];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Rule>(new Rule(LearningRate, Smoothing, Epsilon));

    internal readonly struct Rule(float rate, float smoothing, float epsilon) : IUpdateRule<Rule>
    {
        private readonly float _smoothing = smoothing;
        private readonly float _epsilon = epsilon;

        public static int Slots => 1;

        public Rule At(in StepTerms step) => new(step.Rate, _smoothing, _epsilon);

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var fresh = TMath.Multiply(TMath.Constant(1 - _smoothing), TMath.Multiply(gradient, gradient));
            first = TMath.FusedMultiplyAdd(TMath.Constant(_smoothing), first, fresh);
            var root = TMath.Add(TMath.Sqrt(first), TMath.Constant(_epsilon));
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-rate), TMath.Divide(gradient, root), parameter);
        }
    }
}
