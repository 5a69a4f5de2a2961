using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>log(1 + eˣ), a smooth max(x, 0).</summary>
    public Tensor Softplus() => Graph.Add(new SoftplusOperation(), this);
}

/// <summary>y = log(1 + eˣ): dy/dx = σ(x).</summary>
public sealed class SoftplusOperation() : UnaryOperation<SoftplusOperation.Operator>("softplus", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new SoftplusGradientOperation(), upstream, x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Softplus(x);
    }
}

/// <summary>z = x·σ(y): dz/dx = σ(y), dz/dy = x·σ(y)·(1 − σ(y)).</summary>
public sealed class SoftplusGradientOperation()
    : BinaryOperation<SoftplusGradientOperation.Operator>("softplus-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var s = y.Sigmoid();
        return (upstream.Graph.Add(new SoftplusGradientOperation(), upstream, y), upstream * x * (s * (1 - s)));
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Sigmoid(y));
    }
}
