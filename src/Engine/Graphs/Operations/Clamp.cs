using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x kept within low … high; NaN stays NaN.</summary>
    /// <remarks>Errors: ArgumentException when low is above high.</remarks>
    public Tensor Clamp(float low, float high) => low <= high
        ? Graph.Add(new ClampOperation(low, high), this)
        : throw new ArgumentException($"clamp: the lower bound {low} is above the upper bound {high}; exchange them");
}

/// <summary>y = min(max(x, low), high): dy/dx = 1 within the bounds, both included, else 0.</summary>
public sealed class ClampOperation(float low, float high)
    : UnaryOperation<ClampOperation.Operator>("clamp", new Operator(low, high))
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new ClampGradientOperation(low, high), upstream, x);

    public readonly struct Operator(float low, float high) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var (bottom, top) = (TMath.Constant(low), TMath.Constant(high));
            return TMath.WhereLess(x, bottom, bottom, TMath.WhereLess(top, x, top, x));
        }
    }
}

/// <summary>x where y lies within the bounds, else 0: linear in x, and flat in y.</summary>
public sealed class ClampGradientOperation(float low, float high)
    : BinaryOperation<ClampGradientOperation.Operator>("clamp-gradient", new Operator(low, high))
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new ClampGradientOperation(low, high), upstream, y), null);

    public readonly struct Operator(float low, float high) : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            var above = TMath.WhereLess(TMath.Constant(high), y, zero, x);
            return TMath.WhereLess(y, TMath.Constant(low), zero, above);
        }
    }
}
