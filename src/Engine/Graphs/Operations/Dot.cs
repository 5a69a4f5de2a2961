using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The inner product Σ xᵢ·yᵢ of two vectors, in 16 virtual lanes: one number, or one per sample.</summary>
    /// <remarks>Shapes: both [n], each with or without batch. Errors: ShapeException for others.</remarks>
    public Tensor Dot(Tensor other)
    {
        CheckVectors("dot", this, other);
        if (Shape.Dimensions[0] != other.Shape.Dimensions[0])
        {
            Throw.Shape("dot", "rhs", other.Shape, $"{Shape.Dimensions[0]} values as in lhs {Shape}");
        }

        return (this * other).Sum(0);
    }

    /// <summary>The outer product xᵢ·yⱼ of two vectors.</summary>
    /// <remarks>
    /// Shapes: [m] and [n], each with or without batch; the result is [m, n]. Errors: ShapeException for others.
    /// </remarks>
    public Tensor Outer(Tensor other)
    {
        CheckVectors("outer", this, other);
        return WithUnit(1) * other.WithUnit(0);
    }

    private static void CheckVectors(string operation, Tensor left, Tensor right)
    {
        if (left.Shape.Rank != 1 || right.Shape.Rank != 1)
        {
            var isLeft = left.Shape.Rank != 1;
            Throw.Shape(operation, isLeft ? "lhs" : "rhs", (isLeft ? left : right).Shape, "one dimension");
        }
    }
}
