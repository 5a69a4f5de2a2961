using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The greatest over one dimension, which disappears; NaN where any of them is.</summary>
    /// <remarks>
    /// Units: axis counts from 0, the batch not counted. Errors: ShapeException for an axis out of range.
    /// </remarks>
    public Tensor Max(int axis) => Graph.Add(new AxisMaximumOperation(axis), this);

    /// <summary>The greatest over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Max() => Reshape(Shape.SampleLength).Max(0);

    /// <summary>The greatest over several dimensions, which disappear.</summary>
    /// <remarks>Errors: ShapeException for an axis out of range or named twice.</remarks>
    public Tensor Max(params ReadOnlySpan<int> axes)
    {
        var greatest = this;
        foreach (var axis in LastFirst("max", axes))
        {
            greatest = greatest.Max(axis);
        }

        return greatest;
    }

    /// <summary>The smallest over one dimension, which disappears; NaN where any of them is.</summary>
    /// <remarks>
    /// Units: axis counts from 0, the batch not counted. Errors: ShapeException for an axis out of range.
    /// </remarks>
    public Tensor Min(int axis) => -(-this).Max(axis);

    /// <summary>The smallest over all dimensions: one number, or one per sample where there is a batch.</summary>
    public Tensor Min() => -(-this).Max();
}

/// <summary>y = max x over one dimension: the gradient goes to the greatest, in equal parts to equals.</summary>
public sealed class AxisMaximumOperation(int axis) : Operation
{
    public override string Name => "max";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (axis < 0 || axis >= inputs[0].Rank)
        {
            Throw.Axis(Name, inputs[0], axis);
        }

        return inputs[0].With([.. inputs[0].Dimensions.RemoveAt(axis)]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.AxisMaximum(instruction, axis);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var hits = output.Inputs[0].EqualTo(output.WithUnit(axis));
        return [hits * (upstream / hits.Sum(axis)).WithUnit(axis)];
    }
}
