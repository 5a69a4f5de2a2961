using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>Stochastic gradient descent: w ← w − η·g.</summary>
/// <remarks>
/// Errors: ArgumentOutOfRangeException for a learning rate that is not positive. Source: Robbins and Monro 1951.
/// </remarks>
public sealed record Sgd(float Rate) : Optimizer(Rate)
{
    private protected override IReadOnlyList<string> OwnSlots => [];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Rule>(new Rule(LearningRate));

    internal readonly struct Rule(float rate) : IUpdateRule<Rule>
    {
        public static int Slots => 0;

        public Rule At(in StepTerms step) => new(step.Rate);

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            parameter = TMath.FusedMultiplyAdd(TMath.Constant(-rate), gradient, parameter);
    }
}
