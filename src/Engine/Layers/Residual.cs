using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>
/// branch(x) + shortcut(x); without a shortcut branch(x) + x, and where the branch changes the shape, x is projected to
/// it first.
/// </summary>
/// <remarks>
/// Shapes: a shortcut gives the branch's shape. Without one images [batch, channels, height, width] are projected
/// by 1×1 filters, with the stride that leads from their size to the branch's; vectors [batch, inputs] by a matrix;
/// both without bias. Parameters lie under "branch" and "shortcut" or "projection".
/// Errors: ShapeException where no stride leads to the branch's size, or the ranks differ; where the shortcut gives
/// another shape.
/// Source: He, Zhang, Ren and Sun 2015, "Deep residual learning for image recognition", shortcuts of option B.
/// </remarks>
public sealed record Residual(Layer Branch, Layer? Shortcut = null) : Layer
{
    public override string Kind => "residual";

    public override Tensor Apply(Tensor input)
    {
        Tensor branch;
        using (input.Graph.Layer("branch"))
        {
            branch = Branch.Apply(input);
        }

        if (Shortcut is not null)
        {
            return branch + ByShortcut(input, branch.Shape);
        }

        if (branch.Shape.Equals(input.Shape))
        {
            return branch + input;
        }

        using (input.Graph.Layer("projection"))
        {
            return branch + Projection(input.Shape, branch.Shape).Apply(input);
        }
    }

    private Tensor ByShortcut(Tensor input, TensorShape needed)
    {
        using var scope = input.Graph.Layer("shortcut");
        var shortcut = Shortcut!.Apply(input);
        return shortcut.Shape.Equals(needed)
            ? shortcut
            : throw new ShapeException(
                $"residual: the branch leads from {input.Shape} to {needed}, the shortcut to {shortcut.Shape}: both "
                + "must lead to the same shape");
    }

    private static Layer Projection(TensorShape from, TensorShape to)
    {
        if (from is { Batched: true, Rank: 1 } && to is { Batched: true, Rank: 1 })
        {
            return new Linear(from.Dimensions[0], to.Dimensions[0], bias: false);
        }

        if (from is { Batched: true, Rank: 3 } && to is { Batched: true, Rank: 3 })
        {
            for (var stride = 1; stride <= from.Dimensions[1]; stride++)
            {
                if ((from.Dimensions[1] - 1) / stride == to.Dimensions[1] - 1
                    && (from.Dimensions[2] - 1) / stride == to.Dimensions[2] - 1)
                {
                    return new Conv2d(from.Dimensions[0], to.Dimensions[0], 1, stride, bias: false);
                }
            }
        }

        throw new ShapeException(
            $"residual: the branch leads from {from} to {to}: needs the same rank, and one stride from size to "
            + "size; or a shortcut of its own");
    }
}
