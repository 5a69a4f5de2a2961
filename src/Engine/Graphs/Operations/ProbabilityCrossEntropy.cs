using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>−t·log p − (1 − t)·log(1 − p), the logarithms not below −100, as in PyTorch.</summary>
    /// <remarks>Shapes: this (probabilities p) and targets t (0 to 1) broadcast; element by element, in nats.</remarks>
    public Tensor BinaryCrossEntropyOfProbabilities(Tensor targets) =>
        Graph.Add(new ProbabilityCrossEntropyOperation(), this, targets);
}

/// <summary>dL/dp = (p − t) / (p·(1 − p)), the divisor not below 1e-12; dL/dt = log(1 − p) − log p.</summary>
public sealed class ProbabilityCrossEntropyOperation()
    : BinaryOperation<ProbabilityCrossEntropyOperation.Operator>("probability-cross-entropy")
{
    private const float Least = 1e-12f;

    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var variance = ((x * (1f - x)) - Least).Relu() + Least;
        var (one, none) = (x.BinaryCrossEntropyOfProbabilities(x.Graph.Constant(1)),
            x.BinaryCrossEntropyOfProbabilities(x.Graph.Constant(0)));
        return (upstream * ((x - y) / variance), upstream * (one - none));
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            T one = TMath.Constant(1), least = TMath.Constant(-100);
            var yes = TMath.Log(x);
            var no = TMath.Log(TMath.Subtract(one, x));
            yes = TMath.WhereLess(yes, least, least, yes);
            no = TMath.WhereLess(no, least, least, no);
            var both = TMath.Add(TMath.Multiply(y, yes), TMath.Multiply(TMath.Subtract(one, y), no));
            return TMath.Negate(both);
        }
    }
}
