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
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        x.Graph.Add(new SquareGradientOperation(), upstream, x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, x);
    }
}

/// <summary>z = u · 2x.</summary>
public sealed class SquareGradientOperation() : BinaryOperation<SquareGradientOperation.Operator>("square-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (x.Graph.Add(this, upstream, y), x.Graph.Add(this, upstream, x));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Add(y, y));
    }
}
