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
        upstream * upstream.Graph.Add(new SiluSlopeOperation(), x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, TMath.Sigmoid(x));
    }
}

/// <summary>y = σ·(1 + x·(1 − σ)): dy/dx = σ·(1 − σ)·(2 + x·(1 − 2σ)).</summary>
public sealed class SiluSlopeOperation() : UnaryOperation<SiluSlopeOperation.Operator>("silu-slope", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream)
    {
        var s = x.Sigmoid();
        return upstream * (s * (1 - s) * (2 + (x * (1 - (2 * s)))));
    }

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var one = TMath.Constant(1);
            var s = TMath.Sigmoid(x);
            return TMath.Multiply(s, TMath.FusedMultiplyAdd(x, TMath.Subtract(one, s), one));
        }
    }
}
