using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x·σ(x), also called swish.</summary>
    public Tensor Silu() => Graph.Add(new SiluOperation(), this);
}

/// <summary>y = x·σ(x): dy/dx = σ·(1 + x·(1 − σ)).</summary>
/// <remarks>Source: Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017 ("swish").</remarks>
public sealed class SiluOperation() : UnaryOperation<SiluOperation.Operator>("silu", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new SiluGradientOperation(), upstream, x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Sigmoid(x));
    }
}

/// <summary>
/// z = x·σ·(1 + y·(1 − σ)) with σ = σ(y): dz/dx = σ·(1 + y·(1 − σ)), dz/dy = x·σ·(1 − σ)·(2 + y·(1 − 2σ)).
/// </summary>
public sealed class SiluGradientOperation() : BinaryOperation<SiluGradientOperation.Operator>("silu-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var s = y.Sigmoid();
        var curvature = s * (1 - s) * (2 + (y * (1 - (2 * s))));
        return (upstream.Graph.Add(new SiluGradientOperation(), upstream, y), upstream * x * curvature);
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var one = TMath.Constant(1);
            var s = TMath.Sigmoid(y);
            return TMath.Multiply(x, TMath.Multiply(s, TMath.FusedMultiplyAdd(y, TMath.Subtract(one, s), one)));
        }
    }
}
