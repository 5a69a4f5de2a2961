using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>The innermost loops: one tile of sums over packed panels.</summary>
/// <remarks>
/// Shapes: left is a panel [depth, Height] and right a panel [depth, Width]; strides count floats.
/// Marked for full optimisation at once: loops this hot must not start in an unoptimised version.
/// </remarks>
internal static unsafe partial class TileKernels
{
    /// <summary>One chain of multiply-adds per element over ascending depth, from 0 or from what c holds.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Chain<TTile>(int depth, Panel left, Panel right, float* c, nint stride, bool resume)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var b = right.Data;
        var tile = default(TTile);
        if (resume)
        {
            tile.Load(c, stride);
        }

        Steps(ref tile, depth, ref a, left.Step, ref b, right.Step);
        tile.Store(c, stride);
    }

    /// <summary>
    /// A chain from 0 per element, for so many tiles side by side whose right panels begin so many floats apart; the
    /// sums are added to what is at one place for each row.
    /// </summary>
    /// <param name="offsets">Where each row's place begins, from the given one on. The last row is added first.</param>
    [MethodImpl(HotLoop.Options)]
    internal static void ChainsOnto<TTile>(
        int count, int depth, Panel left, Panel right, nint apart, float* to, int* offsets)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var b = right.Data;
        var next = b;
        var tile = default(TTile);
        var rest = depth;
        while (true)
        {
            Steps(ref tile, rest, ref a, left.Step, ref b, right.Step);
            if (--count == 0)
            {
                tile.Put(new AddedTile(to, offsets));
                return;
            }

            a = left.Data;
            next += apart;
            b = next;
            rest = PutAndBegin(ref tile, new AddedTile(to, offsets), depth, ref a, left.Step, ref b, right.Step);
            to += TTile.Width;
        }
    }

    /// <summary>
    /// A chain from 0 per element, for so many tiles below each other whose left panels follow each other, finished on
    /// its way to memory. The depth is at least 2.
    /// </summary>
    [MethodImpl(HotLoop.Options)]
    internal static void ChainsDown<TTile, TActivation>(
        int count, int depth, Panel left, Panel right, FinishedTile<TActivation> place)
        where TTile : struct, ITile
        where TActivation : struct, IUnaryOperator
    {
        var a = left.Data;
        var b = right.Data;
        var tile = default(TTile);
        for (var rest = depth; ; rest = depth - 2)
        {
            Steps(ref tile, rest, ref a, left.Step, ref b, right.Step);
            a = --count == 0 ? left.Data : a; // what the last tile begins is not used
            tile.PutAndBegin(place, a, left.Step, right.Data, right.Step);
            if (count == 0)
            {
                return;
            }

            a += 2 * left.Step;
            b = right.Data + (2 * right.Step);
            place = place.Below(TTile.Height);
        }
    }

    /// <summary>Puts a tile where it goes, begins the next one, and returns how many of its steps are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PutAndBegin<TTile, TPlace>(
        ref TTile tile, TPlace place, int depth, ref float* left, nint leftStep, ref float* right, nint rightStep)
        where TTile : struct, ITile
        where TPlace : struct, ITilePlace
    {
        if (depth < 2)
        {
            tile.Put(place);
            tile = default;
            return depth;
        }

        tile.PutAndBegin(place, left, leftStep, right, rightStep);
        left += 2 * leftStep;
        right += 2 * rightStep;
        return depth - 2;
    }

    /// <summary>Steps of a chain, two at a time: so fewer instructions are spent on each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps<TTile>(
        ref TTile tile, int depth, ref float* left, nint leftStep, ref float* right, nint rightStep)
        where TTile : struct, ITile
    {
        if ((depth & 1) != 0)
        {
            tile.MultiplyAdd(left, right);
            left += leftStep;
            right += rightStep;
        }

        for (depth >>= 1; depth > 0; depth--)
        {
            tile.MultiplyAdd(left, right);
            tile.MultiplyAdd(left + leftStep, right + rightStep);
            left += 2 * leftStep;
            right += 2 * rightStep;
        }
    }

    /// <summary>The same while other memory is asked for.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void ChainAsking<TTile>(
        int depth, Panel left, Panel right, float* c, nint stride, bool resume, in AskedAhead ahead)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var b = right.Data;
        var strip = ahead.Data;
        var tile = default(TTile);
        if (resume)
        {
            tile.Load(c, stride);
        }

        while (depth > 0)
        {
            var steps = Math.Min(depth, AskedAhead.StripSteps);
            Prefetch(strip, ahead.RowStride, ahead.Rows, AskedAhead.StripSteps); // so many that it has no loop
            strip += AskedAhead.StripSteps;
            depth -= steps;
            Steps(ref tile, steps, ref a, left.Step, ref b, right.Step);
        }

        tile.Store(c, stride);
    }

    /// <summary>The same while rows of the next right panel are packed.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void ChainPacking<TTile>(
        int depth, Panel left, Panel right, float* c, nint stride, bool resume, ref PackedAhead next)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var b = right.Data;
        var packing = next;
        var tile = default(TTile);
        if (resume)
        {
            tile.Load(c, stride);
        }

        while (depth > 0)
        {
            var steps = Math.Min(depth, PackedAhead.Steps);
            packing.PackSome<TTile>();
            depth -= steps;
            Steps(ref tile, steps, ref a, left.Step, ref b, right.Step);
        }

        next = packing;
        tile.Store(c, stride);
    }

    /// <summary>The same with the left factor's rows read where they lie, one after the other in memory.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void ChainAcross<TTile>(
        int depth, float* left, nint leftStride, Panel right, float* c, nint stride, bool resume)
        where TTile : struct, ITile
    {
        var r0 = left;
        var r3 = r0 + (3 * leftStride);
        var r6 = r3 + (3 * leftStride);
        var r9 = r6 + (3 * leftStride);
        var r12 = r9 + (3 * leftStride);
        var b = right.Data;
        var tile = default(TTile);
        if (resume)
        {
            tile.Load(c, stride);
        }

        if ((depth & 1) != 0)
        {
            tile.MultiplyAddAcross(r0++, r3++, r6++, r9++, r12++, leftStride, b);
            b += right.Step;
        }

        for (depth >>= 1; depth > 0; depth--)
        {
            tile.MultiplyAddAcross(r0, r3, r6, r9, r12, leftStride, b);
            tile.MultiplyAddAcross(r0 + 1, r3 + 1, r6 + 1, r9 + 1, r12 + 1, leftStride, b + right.Step);
            r0 += 2;
            r3 += 2;
            r6 += 2;
            r9 += 2;
            r12 += 2;
            b += 2 * right.Step;
        }

        tile.Store(c, stride);
    }

    /// <summary>
    /// The sum over micro-batches along the canonical tree: a chain per micro-batch in registers, the blocks that are
    /// finished on a stack that stays in the first-level cache. What the stack holds in the end are the pieces of the
    /// range, in order; the last of them is written to last instead.
    /// </summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Tree<TTile>(
        in LeafPlan leaves, Panel left, Panel right, float* stack, float* last, nint lastStride)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var b = right.Data;
        var tile = default(TTile);
        var rows = leaves.Rows(0);
        for (var leaf = 0; ; leaf++)
        {
            Steps(ref tile, rows, ref a, left.Step, ref b, right.Step);
            for (var merges = leaves.Merges[leaf]; merges > 0; merges--)
            {
                stack -= TTile.Height * TTile.Width;
                tile.AddLeft(stack, TTile.Width);
            }

            if (leaf == leaves.Count - 1)
            {
                tile.Store(last, lastStride);
                return;
            }

            rows = PutAndBegin(
                ref tile, new StoredTile(stack, TTile.Width), leaves.Rows(leaf + 1), ref a, left.Step, ref b,
                right.Step);
            stack += TTile.Height * TTile.Width;
        }
    }

    /// <summary>
    /// Adds a tile to so many sums that wait to the left of it, latest first, each a step before the last, and puts the
    /// sum in the place of the first.
    /// </summary>
    /// <remarks>As a part of <see cref="Tree"/>, it left the compiler too few registers for tiles that need them all: a
    /// quarter of the speed.</remarks>
    [MethodImpl(HotLoop.Options)]
    internal static void AddWaiting<TTile>(float* waiting, nint step, int count)
        where TTile : struct, ITile
    {
        var tile = default(TTile);
        tile.Load(waiting, TTile.Width);
        for (; count > 0; count--)
        {
            waiting -= step;
            tile.AddLeft(waiting, TTile.Width);
        }

        tile.Store(waiting, TTile.Width);
    }

    /// <summary>
    /// Puts a row of a tile where it goes and begins the next: its first two steps, the second's right factor read
    /// where it lies.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void PutAndBegin<TPlace, TRow>(
        int index, ref TRow row, TPlace place, float* left, nint leftStep, in TRow first, float* second)
        where TPlace : struct, ITilePlace
        where TRow : struct, ITileRow<TRow>
    {
        place.Put(index, ref row);
        row = default;
        TRow.MultiplyAdd(left, first, ref row);
        TRow.MultiplyAddFrom(left + leftStep, second, ref row);
    }
}
