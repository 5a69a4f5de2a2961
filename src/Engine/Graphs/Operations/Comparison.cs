using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>1 where x &lt; y, else 0 (also where either is NaN), with broadcasting.</summary>
    public Tensor Less(Tensor other) => Graph.Add(new ComparisonOperation<LessOperator>("less"), this, other);

    /// <summary>1 where x ≤ y, else 0 (also where either is NaN), with broadcasting.</summary>
    public Tensor LessOrEqual(Tensor other) =>
        Graph.Add(new ComparisonOperation<LessOrEqualOperator>("less-or-equal"), this, other);

    /// <summary>1 where x &gt; y, else 0 (also where either is NaN), with broadcasting.</summary>
    public Tensor Greater(Tensor other) => other.Less(this);

    /// <summary>1 where x ≥ y, else 0 (also where either is NaN), with broadcasting.</summary>
    public Tensor GreaterOrEqual(Tensor other) => other.LessOrEqual(this);

    /// <summary>1 where x = y, else 0 (also where either is NaN), with broadcasting; −0 equals 0.</summary>
    public Tensor EqualTo(Tensor other) => Graph.Add(new ComparisonOperation<EqualOperator>("equal"), this, other);

    /// <summary>0 where x = y, else 1 (also where either is NaN), with broadcasting.</summary>
    public Tensor NotEqualTo(Tensor other) => 1 - EqualTo(other);
}

/// <summary>1 where the comparison holds, else 0: flat almost everywhere, so no gradient flows.</summary>
/// <typeparam name="TOperator">The comparison.</typeparam>
public sealed class ComparisonOperation<TOperator>(string name) : BinaryOperation<TOperator>(name)
    where TOperator : struct, IBinaryOperator
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (null, null);
}

/// <summary>x &lt; y.</summary>
public readonly struct LessOperator : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.WhereLess(x, y, TMath.Constant(1), TMath.Constant(0));
}

/// <summary>x ≤ y.</summary>
public readonly struct LessOrEqualOperator : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.WhereLessOrEqual(x, y, TMath.Constant(1), TMath.Constant(0));
}

/// <summary>x = y.</summary>
public readonly struct EqualOperator : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.WhereEqual(x, y, TMath.Constant(1), TMath.Constant(0));
}
