using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The greater of x and y, element by element, with broadcasting; NaN where either is.</summary>
    public Tensor Maximum(Tensor other) => Graph.Add(new MaximumOperation(), this, other);

    /// <summary>The smaller of x and y, element by element, with broadcasting; NaN where either is.</summary>
    public Tensor Minimum(Tensor other) => Graph.Add(new MinimumOperation(), this, other);
}

/// <summary>z = max(x, y): the gradient goes to the greater, and half to each where they are equal.</summary>
public sealed class MaximumOperation() : BinaryOperation<MaximumOperation.Operator>("maximum")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream * upstream.Graph.Add(new GreaterShareOperation(), x, y),
            upstream * upstream.Graph.Add(new GreaterShareOperation(), y, x));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.WhereEqual(y, y, TMath.WhereLess(x, y, y, x), y);
    }
}

/// <summary>z = min(x, y): the gradient goes to the smaller, and half to each where they are equal.</summary>
public sealed class MinimumOperation() : BinaryOperation<MinimumOperation.Operator>("minimum")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream * upstream.Graph.Add(new GreaterShareOperation(), y, x),
            upstream * upstream.Graph.Add(new GreaterShareOperation(), x, y));

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.WhereEqual(y, y, TMath.WhereLess(y, x, y, x), y);
    }
}

/// <summary>1 where x &gt; y, ½ where they are equal, else 0: flat in both.</summary>
public sealed class GreaterShareOperation() : BinaryOperation<GreaterShareOperation.Operator>("greater-share")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (null, null);

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var unequal = TMath.WhereLess(y, x, TMath.Constant(1), TMath.Constant(0));
            return TMath.WhereEqual(x, y, TMath.Constant(0.5), unequal);
        }
    }
}
