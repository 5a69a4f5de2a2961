using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>eˣ.</summary>
    public Tensor Exp() => Graph.Add(new ExpOperation(), this);
}

/// <summary>y = eˣ: dy/dx = y.</summary>
public sealed class ExpOperation() : UnaryOperation<ExpOperation.Operator>("exp", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => upstream * y;

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Exp(x);
    }
}
