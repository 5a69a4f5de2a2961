using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Zeros put before and after along one dimension.</summary>
    /// <remarks>
    /// Shapes: the axis grows by before + after. Units: axis counts from 0, the batch not counted.
    /// Errors: ShapeException for an axis that is not there; ArgumentOutOfRangeException for a negative count.
    /// </remarks>
    public Tensor Pad(int axis, int before, int after) => Graph.Add(new PadOperation(axis, before, after), this);
}

/// <summary>Its gradient is the part of the upstream gradient that belongs to the input.</summary>
public sealed class PadOperation : BlockOperation
{
    private readonly int _axis;
    private readonly int _before;
    private readonly int _after;

    public PadOperation(int axis, int before, int after)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(before);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        (_axis, _before, _after) = (axis, before, after);
    }

    public override string Name => "pad";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (_axis < 0 || _axis >= inputs[0].Rank)
        {
            Throw.Axis(Name, inputs[0], _axis);
        }

        var size = checked(inputs[0].Dimensions[_axis] + _before + _after);
        return inputs[0].With([.. inputs[0].Dimensions.SetItem(_axis, size)]);
    }

    internal override IReadOnlyList<BlockCopy> Blocks(ReadOnlySpan<TensorShape> inputs)
    {
        var (outer, size, inner) = inputs[0].Around(_axis);
        var row = size * inner;
        return [new BlockCopy(0, outer, row, 0, row + ((_before + _after) * inner), _before * inner, row)];
    }

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [upstream.Slice(_axis, _before, output.Inputs[0].Shape.Dimensions[_axis])];
}
