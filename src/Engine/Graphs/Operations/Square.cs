using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x².</summary>
    public Tensor Square() => Graph.Add(new SquareOperation(), this);
}

/// <summary>y = x²: dy/dx = 2x.</summary>
public sealed class SquareOperation() : UnaryOperation<SquareOperation.Operator>("square", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => upstream * (2 * x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, x);
    }
}
