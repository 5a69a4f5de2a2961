using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>max(z, 0) − z·t + log(1 + e^−|z|): −t·log σ(z) − (1 − t)·log(1 − σ(z)), whatever z is.</summary>
    /// <remarks>Shapes: this (logits z) and targets t (0 to 1) broadcast; element by element, in nats.</remarks>
    public Tensor BinaryCrossEntropyOfLogits(Tensor targets) =>
        Graph.Add(new LogitCrossEntropyOperation(), this, targets);
}

/// <summary>dL/dz = σ(z) − t, dL/dt = −z.</summary>
public sealed class LogitCrossEntropyOperation()
    : BinaryOperation<LogitCrossEntropyOperation.Operator>("logit-cross-entropy")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream * (x.Sigmoid() - y), -(upstream * x));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            var tail = TMath.Log(TMath.Add(TMath.Constant(1), TMath.Exp(TMath.Negate(TMath.Abs(x)))));
            var linear = TMath.Subtract(TMath.WhereLess(x, zero, zero, x), TMath.Multiply(x, y));
            return TMath.Add(linear, tail);
        }
    }
}
