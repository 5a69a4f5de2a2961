using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Σ over one dimension, which disappears.</summary>
    /// <remarks>
    /// Units: axis counts from 0, the batch not counted. Errors: ShapeException for an axis out of range.
    /// </remarks>
    public Tensor Sum(int axis) => Graph.Add(new SumOperation(axis), this);

    /// <summary>Σ over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Sum() => Reshape(Shape.SampleLength).Sum(0);

    /// <summary>The mean over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Mean() => Sum() / Shape.SampleLength;

    /// <summary>Summed over the dimensions, and the batch, that a broadcast to this shape had stretched.</summary>
    internal Tensor SumTo(TensorShape target)
    {
        var sum = this;
        for (var fromRight = Shape.Rank; fromRight >= 1; fromRight--)
        {
            var kept = fromRight <= target.Rank && target.Dimensions[^fromRight] == Shape.Dimensions[^fromRight];
            sum = kept ? sum : sum.Sum(sum.Shape.Rank - fromRight).WithUnit(sum.Shape.Rank - fromRight);
        }

        sum = sum.Reshape(target.WithBatch(sum.Shape.Batched));
        return sum.Shape.Batched && !target.Batched ? sum.BatchSum() : sum;
    }

    /// <summary>The same values with a dimension of size 1 put in at axis.</summary>
    internal Tensor WithUnit(int axis) => Reshape(Shape.With([.. Shape.Dimensions.Insert(axis, 1)]));
}

/// <summary>
/// Σ over one dimension. Over the last one in 16 virtual lanes, each a chain, added pairwise; over another as one
/// chain of additions, ascending from 0.
/// </summary>
public sealed class SumOperation(int axis) : Operation
{
    public override string Name => "sum";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (axis < 0 || axis >= inputs[0].Rank)
        {
            Throw.Axis(Name, inputs[0], axis);
        }

        return inputs[0].With([.. inputs[0].Dimensions.RemoveAt(axis)]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.AxisSum(instruction, axis);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [upstream.WithUnit(axis).Expand(output.Inputs[0].Shape)];
}
