using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>This and others, one behind the other along a dimension.</summary>
    /// <remarks>
    /// Shapes: equal but for the axis, whose sizes add up. Where one has a batch, the others are repeated for each of
    /// its samples. Units: axis counts from 0, the batch not counted.
    /// Errors: ShapeException for an axis that is not there, and for another size elsewhere.
    /// </remarks>
    public Tensor Concatenate(int axis, params ReadOnlySpan<Tensor> others)
    {
        Tensor[] parts = [this, .. others];
        var batched = parts.Any(part => part.Shape.Batched);
        return Graph.Add(
            new ConcatenateOperation(axis), [.. parts.Select(part => part.Expand(part.Shape.WithBatch(batched)))]);
    }
}

/// <summary>The gradient to each part is its slice of the upstream gradient.</summary>
public sealed class ConcatenateOperation(int axis) : BlockOperation
{
    public override string Name => "concatenate";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var first = inputs[0];
        if (axis < 0 || axis >= first.Rank)
        {
            Throw.Axis(Name, first, axis);
        }

        var size = 0;
        foreach (var input in inputs)
        {
            if (input.Batched != first.Batched || input.Rank != first.Rank
                || !input.Dimensions.RemoveAt(axis).SequenceEqual(first.Dimensions.RemoveAt(axis)))
            {
                Throw.Shape(Name, "a part", input, $"the sizes of the first, {first}, but for axis {axis}");
            }

            size = checked(size + input.Dimensions[axis]);
        }

        return first.With([.. first.Dimensions.SetItem(axis, size)]);
    }

    internal override IReadOnlyList<BlockCopy> Blocks(ReadOnlySpan<TensorShape> inputs)
    {
        var blocks = new List<BlockCopy>();
        var (outer, width, inner) = Infer(inputs).Around(axis);
        var offset = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            var length = inputs[i].Dimensions[axis] * inner;
            blocks.Add(new BlockCopy(i, outer, length, 0, width * inner, offset, length));
            offset += length;
        }

        return blocks;
    }

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var start = 0;
        var gradients = new Tensor?[output.Inputs.Count];
        for (var i = 0; i < gradients.Length; i++)
        {
            var size = output.Inputs[i].Shape.Dimensions[axis];
            gradients[i] = upstream.Slice(axis, start, size);
            start += size;
        }

        return gradients;
    }
}
