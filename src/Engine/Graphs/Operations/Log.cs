using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The natural logarithm.</summary>
    public Tensor Log() => Graph.Add(new LogOperation(), this);
}

/// <summary>y = ln x: dy/dx = 1/x.</summary>
public sealed class LogOperation() : UnaryOperation<LogOperation.Operator>("log", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) => upstream / x;

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Log(x);
    }
}
