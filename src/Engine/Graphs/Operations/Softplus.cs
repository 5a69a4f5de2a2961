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
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => upstream * x.Sigmoid();

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Softplus(x);
    }
}
