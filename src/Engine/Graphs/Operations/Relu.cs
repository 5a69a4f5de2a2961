using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>max(x, 0); NaN stays NaN, so that a broken value is seen and not hidden.</summary>
    public Tensor Relu() => Graph.Add(new ReluOperation(), this);
}

/// <summary>y = max(x, 0): dy/dx = 1 for x &gt; 0, else 0, read off y.</summary>
public sealed class ReluOperation() : UnaryOperation<ReluOperation.Operator>("relu", default)
{
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new ReluGradientOperation(), upstream, y);

    public readonly struct Operator : IUnaryOperator
    {
        public static bool IsBrief => true;

        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            return TMath.WhereLessOrEqual(x, zero, zero, x);
        }
    }
}

/// <summary>x where y &gt; 0, else 0: linear in x, and flat in y.</summary>
public sealed class ReluGradientOperation() : BinaryOperation<ReluGradientOperation.Operator>("relu-gradient")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new ReluGradientOperation(), upstream, y), null);

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            return TMath.WhereLessOrEqual(y, zero, zero, x);
        }
    }
}
