using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Σ over one dimension, which disappears.</summary>
    /// <remarks>
    /// Units: axis counts from 0, the batch not counted. Errors: ShapeException for an axis out of range.
    /// </remarks>
    public Tensor Sum(int axis) => Graph.Add(new SumOperation(axis), this);

    /// <summary>Σ over several dimensions, which disappear; the last of them is summed first.</summary>
    /// <remarks>
    /// Units: axes count from 0, the batch not counted. Errors: ShapeException for an axis out of range or named twice.
    /// </remarks>
    public Tensor Sum(params ReadOnlySpan<int> axes)
    {
        var sum = this;
        foreach (var axis in LastFirst("sum", axes))
        {
            sum = sum.Sum(axis);
        }

        return sum;
    }

    /// <summary>Σ over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Sum() => Reshape(Shape.SampleLength).Sum(0);

    /// <summary>The mean over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Mean() => Sum() / Shape.SampleLength;

    /// <summary>The mean over some dimensions, which disappear: their sum, divided once.</summary>
    /// <remarks>
    /// Units: axes count from 0, the batch not counted. Errors: ShapeException for an axis out of range or named twice.
    /// </remarks>
    public Tensor Mean(params ReadOnlySpan<int> axes)
    {
        var sum = Sum(axes);
        return sum / (Shape.SampleLength / Math.Max(sum.Shape.SampleLength, 1));
    }

    /// <summary>Summed over the dimensions, and the batch, that a broadcast to this shape had stretched.</summary>
    /// <remarks>What is negative is summed first and negated then, while a sample's values are summed.</remarks>
    internal Tensor SumTo(TensorShape target)
    {
        if (Operation is NegateOperation && target.SampleLength < Shape.SampleLength)
        {
            return (-Inputs[0].SumTo(target.WithBatch(Shape.Batched))).SumTo(target);
        }

        var sum = this;
        for (var fromRight = Shape.Rank; fromRight >= 1; fromRight--)
        {
            var kept = fromRight <= target.Rank && target.Dimensions[^fromRight] == Shape.Dimensions[^fromRight];
            sum = kept ? sum : sum.Sum(sum.Shape.Rank - fromRight).WithUnit(sum.Shape.Rank - fromRight);
        }

        sum = sum.Reshape(target.WithBatch(sum.Shape.Batched));
        return sum.Shape.Batched && !target.Batched ? sum.BatchSum() : sum;
    }

    /// <summary>The same values with a dimension of size 1 put in at axis, so that they broadcast along it.</summary>
    /// <remarks>
    /// Units: axis counts from 0 to the rank, the batch not counted. Errors: ShapeException for an axis out of range.
    /// </remarks>
    public Tensor WithUnit(int axis)
    {
        if (axis < 0 || axis > Shape.Rank)
        {
            Throw.Axis("with-unit", Shape.With([.. Shape.Dimensions, 1]), axis);
        }

        return Reshape(Shape.With([.. Shape.Dimensions.Insert(axis, 1)]));
    }

    /// <summary>The axes in the order in which they can disappear one by one.</summary>
    private int[] LastFirst(string operation, ReadOnlySpan<int> axes)
    {
        var descending = axes.ToArray().OrderDescending().ToArray();
        for (var i = 0; i < descending.Length; i++)
        {
            if (descending[i] < 0 || descending[i] >= Shape.Rank)
            {
                Throw.Axis(operation, Shape, descending[i]);
            }

            if (i > 0 && descending[i] == descending[i - 1])
            {
                Throw.AxisTwice(operation, Shape, descending[i]);
            }
        }

        return descending;
    }
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
