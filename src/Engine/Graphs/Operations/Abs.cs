using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>|x|.</summary>
    public Tensor Abs() => Graph.Add(new AbsOperation(), this);
}

/// <summary>y = |x|: dy/dx is the sign of x, and 0 at 0.</summary>
public sealed class AbsOperation() : UnaryOperation<AbsOperation.Operator>("abs", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new AbsGradientOperation(), upstream, x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Abs(x);
    }
}

/// <summary>x · sign(y): linear in x, and flat in y.</summary>
public sealed class AbsGradientOperation() : BinaryOperation<AbsGradientOperation.Operator>("abs-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new AbsGradientOperation(), upstream, y), null);

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            var signed = TMath.WhereLess(y, zero, TMath.Negate(x), x);
            return TMath.WhereEqual(y, zero, zero, signed);
        }
    }
}
