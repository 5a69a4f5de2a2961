using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => Graph.Add(new TanhOperation(), this);
}

/// <summary>y = tanh x: dy/dx = 1 − y².</summary>
public sealed class TanhOperation() : UnaryOperation<TanhOperation.Operator>("tanh", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new TanhGradientOperation(), upstream, y);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Tanh(x);
    }
}

/// <summary>z = x·(1 − y²): dz/dx = 1 − y², dz/dy = −2xy.</summary>
public sealed class TanhGradientOperation() : BinaryOperation<TanhGradientOperation.Operator>("tanh-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new TanhGradientOperation(), upstream, y), upstream * x * (-2 * y));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Subtract(TMath.Constant(1), TMath.Multiply(y, y)));
    }
}
