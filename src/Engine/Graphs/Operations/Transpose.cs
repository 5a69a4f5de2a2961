using System.Collections.Immutable;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Rows become columns, in each sample where there is a batch.</summary>
    /// <remarks>Shapes: […, r, c] of two dimensions. Errors: ShapeException for another rank.</remarks>
    public Tensor Transpose() => Graph.Add(new TransposeOperation([1, 0]), this);

    /// <summary>Each sample's dimensions in another order: the result's i-th is this tensor's axes[i]-th.</summary>
    /// <remarks>
    /// Shapes: of [2, 3, 4] Transpose(2, 0, 1) is [4, 2, 3]. Units: axes count from 0, the batch not counted.
    /// Errors: ShapeException unless each axis is named once.
    /// </remarks>
    public Tensor Transpose(params ReadOnlySpan<int> axes) => Graph.Add(new TransposeOperation([.. axes]), this);
}

/// <summary>Moves values only; its gradient is moved back.</summary>
public sealed class TransposeOperation(ImmutableArray<int> axes) : Operation
{
    public override string Name => "transpose";

    /// <summary>The input's axes in the order of the result's.</summary>
    internal ImmutableArray<int> Axes => axes;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var shape = inputs[0];
        if (shape.Rank != axes.Length)
        {
            Throw.Shape(Name, "the operand", shape, axes.Length == 2 ? "two dimensions" : $"{axes.Length} dimensions");
        }

        for (var i = 0; i < axes.Length; i++)
        {
            if (axes[i] < 0 || axes[i] >= shape.Rank)
            {
                Throw.Axis(Name, shape, axes[i]);
            }

            if (axes.IndexOf(axes[i]) < i)
            {
                Throw.AxisTwice(Name, shape, axes[i]);
            }
        }

        return shape.With([.. axes.Select(axis => shape.Dimensions[axis])]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Transpose(instruction, this);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [upstream.Transpose([.. Enumerable.Range(0, axes.Length).Select(axis => axes.IndexOf(axis))])];
}
