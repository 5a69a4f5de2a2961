using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>√x.</summary>
    public Tensor Sqrt() => Graph.Add(new SqrtOperation(), this);
}

/// <summary>y = √x: dy/dx = 1 / (2y).</summary>
public sealed class SqrtOperation() : UnaryOperation<SqrtOperation.Operator>("sqrt", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => upstream / (2 * y);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Sqrt(x);
    }
}
