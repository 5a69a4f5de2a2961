using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.ElementWise;

/// <summary>z = op(x, y) with broadcasting: built once from the shapes, run each step without allocation.</summary>
/// <remarks>
/// Shapes: per sample, dimensions aligned at the right; a dimension of an operand that is 1 or missing is repeated
/// along the output's (NumPy's rule). A batched operand has a leading dimension of rows, given at run time; the
/// output is batched if either operand is. Operands are dense, the last dimension contiguous. The output may be the
/// memory of an operand that has the output's shape.
/// Errors: ArgumentException where a shape does not fit outShape.
/// </remarks>
internal sealed unsafe class BroadcastLoop
{
    /// <summary>Outermost first; neighbours that both operands walk as one are one. Never empty.</summary>
    private readonly Axis[] _axes;

    private readonly bool _batched;

    internal BroadcastLoop(
        ReadOnlySpan<int> xShape, ReadOnlySpan<int> yShape, ReadOnlySpan<int> outShape, bool xBatched, bool yBatched)
    {
        var axes = new List<Axis>();
        long xStride = 1, yStride = 1, zStride = 1;
        for (var back = 1; back <= outShape.Length; back++)
        {
            var size = outShape[^back];
            var xSize = SizeAt(xShape, back, size, nameof(xShape));
            var ySize = SizeAt(yShape, back, size, nameof(yShape));
            if (size != 1 && xSize == 1 && ySize == 1)
            {
                throw new ArgumentException(
                    $"broadcast: neither operand has the output's {size} at dimension {back} from the right",
                    nameof(outShape));
            }

            Prepend(axes, new Axis(size, xSize == 1 ? 0 : xStride, ySize == 1 ? 0 : yStride, zStride));
            xStride *= xSize;
            yStride *= ySize;
            zStride *= size;
        }

        ThrowWhereLonger(xShape, outShape, nameof(xShape));
        ThrowWhereLonger(yShape, outShape, nameof(yShape));
        _batched = xBatched || yBatched;
        if (_batched)
        {
            // The batch's size is known at run time only: as 1 per row here, and multiplied by rows there.
            var batch = new Axis(1, xBatched ? xStride : 0, yBatched ? yStride : 0, zStride);
            if (axes.Count == 0 || !batch.Continues(axes[0]))
            {
                axes.Insert(0, batch);
            }
        }

        if (axes.Count == 0)
        {
            axes.Add(new Axis(1, 0, 0, 0));
        }

        _axes = axes.ToArray();
    }

    /// <summary>Runs the operator over rows samples (1 if no operand is batched, whatever rows says).</summary>
    internal void Run<TLanes, TVector, TOperator>(TOperator op, float* x, float* y, float* z, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        var size = _axes[0].Size * (_batched ? rows : 1);
        RunAxis<TLanes, TVector, TOperator>(op, 0, size, x, y, z);
    }

    [MethodImpl(HotLoop.Options)]
    private void RunAxis<TLanes, TVector, TOperator>(TOperator op, int depth, long size, float* x, float* y, float* z)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        var axis = _axes[depth];
        if (depth == _axes.Length - 1)
        {
            RunRows<TLanes, TVector, TOperator>(op, default, 1, axis, size, x, y, z);
            return;
        }

        var next = _axes[depth + 1];
        if (depth == _axes.Length - 2 && (next.X == 0 || next.Y == 0))
        {
            RunRows<TLanes, TVector, TOperator>(op, axis, size, next, next.Size, x, y, z);
            return;
        }

        for (long i = 0; i < size; i++)
        {
            RunAxis<TLanes, TVector, TOperator>(
                op, depth + 1, next.Size, x + (i * axis.X), y + (i * axis.Y), z + (i * axis.Z));
        }
    }

    /// <summary>The innermost axis; for several rows where one operand is a number per row.</summary>
    private static void RunRows<TLanes, TVector, TOperator>(
        TOperator op, Axis row, long rows, Axis inner, long size, float* x, float* y, float* z)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (inner.X != 0 && inner.Y != 0)
        {
            ElementWiseLoop.Binary<TLanes, TVector, TOperator>(op, x, y, z, size);
        }
        else if (inner.Y == 0)
        {
            ElementWiseLoop.ByRow<TLanes, TVector, TOperator>(op, x, row.X, y, row.Y, z, row.Z, rows, size);
        }
        else
        {
            ElementWiseLoop.ByRow<TLanes, TVector, Flipped<TOperator>>(
                new(op), y, row.Y, x, row.X, z, row.Z, rows, size);
        }
    }

    private static void Prepend(List<Axis> axes, Axis outer)
    {
        if (outer.Size == 1)
        {
            return;
        }

        if (axes.Count > 0 && outer.Continues(axes[0]))
        {
            axes[0] = axes[0] with { Size = outer.Size * axes[0].Size };
        }
        else
        {
            axes.Insert(0, outer);
        }
    }

    private static int SizeAt(ReadOnlySpan<int> shape, int back, int outSize, string name)
    {
        var size = back <= shape.Length ? shape[^back] : 1;
        return size == 1 || size == outSize
            ? size
            : throw new ArgumentException(
                $"broadcast: {name} has {size} at dimension {back} from the right, the output has {outSize}", name);
    }

    private static void ThrowWhereLonger(ReadOnlySpan<int> shape, ReadOnlySpan<int> outShape, string name)
    {
        if (shape.Length > outShape.Length)
        {
            throw new ArgumentException(
                $"broadcast: {name} has {shape.Length} dimensions, the output has {outShape.Length}", name);
        }
    }

    /// <summary>One loop: its size, and how far each pointer moves per turn, in floats (0 where repeated).</summary>
    private readonly record struct Axis(long Size, long X, long Y, long Z)
    {
        /// <summary>Whether this axis around the inner one is one longer axis.</summary>
        internal bool Continues(Axis inner) =>
            X == inner.X * inner.Size && Y == inner.Y * inner.Size && Z == inner.Z * inner.Size;
    }
}
