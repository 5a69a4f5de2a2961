using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>
/// Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
/// w ← w − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε) in step t, with m = v = 0 at first.
/// </summary>
/// <remarks>
/// Units: rate default 1e-3, FirstDecay (β₁) 0.9, SecondDecay (β₂) 0.999, Epsilon 1e-8, as in PyTorch. t is the number
/// of the committed step, from 1, so the corrections are the same after a resume and on every worker; they are computed
/// once per step in double, the powers by repeated squaring, which has the same bits on every machine.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// Source: Kingma and Ba 2015, algorithm 1.
/// </remarks>
public sealed record Adam : Optimizer
{
    public Adam(float rate = 1e-3f, float firstDecay = 0.9f, float secondDecay = 0.999f, float epsilon = 1e-8f)
        : base(rate)
    {
        (FirstDecay, SecondDecay) = (Fraction("first decay", firstDecay), Fraction("second decay", secondDecay));
        Epsilon = NotNegative("epsilon", epsilon);
    }

    public float FirstDecay { get; }

    public float SecondDecay { get; }

    public float Epsilon { get; }

    private protected override IReadOnlyList<string> OwnSlots { get; } = ["moment-1", "moment-2"];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Rule>(new Rule(FirstDecay, SecondDecay, Epsilon, 0, 1));

    /// <param name="size">η/(1 − β₁ᵗ).</param>
    /// <param name="root">√(1 − β₂ᵗ).</param>
    internal readonly struct Rule(float first, float second, float epsilon, float size, float root) : IUpdateRule<Rule>
    {
        private readonly float _first = first;
        private readonly float _second = second;
        private readonly float _epsilon = epsilon;

        public static int Slots => 2;

        public Rule At(in StepTerms step) => new(
            _first, _second, _epsilon, (float)(step.Rate / (1 - IntegerPower.Of(_first, step.Number))),
            (float)Math.Sqrt(1 - IntegerPower.Of(_second, step.Number)));

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            first = TMath.FusedMultiplyAdd(
                TMath.Constant(_first), first, TMath.Multiply(TMath.Constant(1 - _first), gradient));
            var square = TMath.Multiply(gradient, gradient);
            second = TMath.FusedMultiplyAdd(
                TMath.Constant(_second), second, TMath.Multiply(TMath.Constant(1 - _second), square));
            var divisor = TMath.Add(
                TMath.Divide(TMath.Sqrt(second), TMath.Constant(root)), TMath.Constant(_epsilon));
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-size), TMath.Divide(first, divisor), parameter);
        }
    }
}
