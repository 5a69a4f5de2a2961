using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid() => Graph.Add(new SigmoidOperation(), this);
}

/// <summary>y = σ(x): dy/dx = y·(1 − y).</summary>
public sealed class SigmoidOperation() : UnaryOperation<SigmoidOperation.Operator>("sigmoid", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new SigmoidGradientOperation(), upstream, y);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Sigmoid(x);
    }
}

/// <summary>z = x·y·(1 − y): dz/dx = y·(1 − y), dz/dy = x·(1 − 2y).</summary>
public sealed class SigmoidGradientOperation() : BinaryOperation<SigmoidGradientOperation.Operator>("sigmoid-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new SigmoidGradientOperation(), upstream, y), upstream * x * (1 - (2 * y)));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Multiply(y, TMath.Subtract(TMath.Constant(1), y)));
    }
}
