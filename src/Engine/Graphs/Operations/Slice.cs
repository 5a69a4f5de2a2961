using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>A range of one dimension: count indices from start on.</summary>
    /// <remarks>
    /// Shapes: the result has count in place of the axis's size. Units: axis counts from 0, the batch not counted.
    /// Errors: ShapeException for an axis or a range that is not there.
    /// </remarks>
    public Tensor Slice(int axis, int start, int count) => Graph.Add(new SliceOperation(axis, start, count), this);

    /// <summary>One index of a dimension, which disappears.</summary>
    /// <remarks>Errors: ShapeException for an axis or an index that is not there.</remarks>
    public Tensor At(int axis, int index)
    {
        var slice = Slice(axis, index, 1);
        return slice.Reshape(slice.Shape.With([.. slice.Shape.Dimensions.RemoveAt(axis)]));
    }
}

/// <summary>Its gradient is the upstream gradient, padded with zeros to the input's shape.</summary>
public sealed class SliceOperation(int axis, int start, int count) : BlockOperation
{
    public override string Name => "slice";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (axis < 0 || axis >= inputs[0].Rank)
        {
            Throw.Axis(Name, inputs[0], axis);
        }

        if (start < 0 || count < 0 || start > inputs[0].Dimensions[axis] - count)
        {
            Throw.Range(Name, inputs[0], axis, start, count);
        }

        return inputs[0].With([.. inputs[0].Dimensions.SetItem(axis, count)]);
    }

    internal override IReadOnlyList<BlockCopy> Blocks(ReadOnlySpan<TensorShape> inputs)
    {
        var (outer, size, inner) = inputs[0].Around(axis);
        return [new BlockCopy(0, outer, size * inner, start * inner, count * inner, 0, count * inner)];
    }

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [upstream.Pad(axis, start, output.Inputs[0].Shape.Dimensions[axis] - count - start)];
}
