using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>m ← m + share · (x − m): how a statistic follows what is observed. Not by name.</summary>
internal sealed record RunningMean(float Share) : Optimizer(Share)
{
    private protected override IReadOnlyList<string> OwnSlots => [];

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        new ParameterUpdate<TLanes, TVector, Rule>(new Rule(Share));

    internal readonly struct Rule(float share) : IUpdateRule<Rule>
    {
        public static int Slots => 0;

        public Rule At(in StepTerms step) => this;

        public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            parameter = TMath.FusedMultiplyAdd(
                TMath.Constant(share), TMath.Subtract(gradient, parameter), parameter);
    }
}
