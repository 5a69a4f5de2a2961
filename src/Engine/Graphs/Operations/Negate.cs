using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>−x.</summary>
    public static Tensor operator -(Tensor x) => x.Graph.Add(new NegateOperation(), x);
}

/// <summary>y = −x: dy/dx = −1.</summary>
public sealed class NegateOperation() : UnaryOperation<NegateOperation.Operator>("negate", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => -upstream;

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Negate(x);
    }
}
