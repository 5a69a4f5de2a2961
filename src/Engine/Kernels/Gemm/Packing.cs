using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Copies a strip of a matrix into a panel: contiguous, in the order in which a kernel reads it.</summary>
/// <remarks>
/// Shapes: the strip is [available, depth] of the view, from (first, start); the panel is [depth, width]:
/// panel[p · width + w] = strip (w, p). A left factor is packed as it is, a right factor flipped.
/// Where available is less than width, the rest of the panel is filled with numbers that are no part of any result.
/// Up to one vector past the panel's end may be overwritten: panels are packed in ascending order, with room behind.
/// </remarks>
internal static unsafe class Packing
{
    /// <summary>How far ahead rows are asked for.</summary>
    private const int RowsAhead = 16;

    internal static void Pack<TLanes, TVector>(
        MatrixView view, int first, int available, int start, int depth, float* panel, int width)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count > Lanes256.Count && width <= Lanes256.Count)
        {
            // The most of wider vectors would be no part of the panel.
            Pack<Lanes256, Vector256<float>>(view, first, available, start, depth, panel, width);
            return;
        }

        var source = view.At(first, start);
        if (!view.Transposed)
        {
            Transposition.Pack<TLanes, TVector>(source, view.RowStride, available, depth, panel, width);
            return;
        }

        // Whole vectors are copied where that reads nothing outside the row.
        var vectors = (width + TLanes.Count - 1) / TLanes.Count;
        switch (available >= vectors * TLanes.Count ? vectors : 0)
        {
            case 1:
                CopyRows<NarrowRow<TLanes, TVector>>(source, view.RowStride, depth, panel, width);
                break;
            case 2:
                CopyRows<WideRow<TLanes, TVector>>(source, view.RowStride, depth, panel, width);
                break;
            case 3:
                CopyRows<TripleRow<TLanes, TVector>>(source, view.RowStride, depth, panel, width);
                break;
            case 4:
                CopyRows<QuadRow<TLanes, TVector>>(source, view.RowStride, depth, panel, width);
                break;
            default:
                CopyParts<TLanes, TVector>(source, view.RowStride, Math.Min(available, width), depth, panel, width);
                break;
        }
    }

    /// <summary>
    /// Packs panels that lie side by side in the rows of memory, line by line: each row is read once, however many
    /// panels share its cache lines. Whole vectors are read, see <see cref="VectorFor"/>.
    /// </summary>
    /// <remarks>Shapes: panel q is columns q · width … of source [depth, ·], and begins at panels + q · step.</remarks>
    internal static void PackSideBySide(
        float* source, nint stride, int depth, float* panels, nint step, int count, int width)
    {
        switch (VectorFor(width))
        {
            case 64:
                CopySideBySide<QuadRow<Lanes512, Vector512<float>>>(
                    source, stride, depth, panels, step, count, width);
                break;
            case 32:
                CopySideBySide<WideRow<Lanes512, Vector512<float>>>(
                    source, stride, depth, panels, step, count, width);
                break;
            case 16:
                CopySideBySide<NarrowRow<Lanes512, Vector512<float>>>(
                    source, stride, depth, panels, step, count, width);
                break;
            case 8:
                CopySideBySide<NarrowRow<Lanes256, Vector256<float>>>(
                    source, stride, depth, panels, step, count, width);
                break;
            default:
                CopySideBySide<NarrowRow<Lanes128, Vector128<float>>>(
                    source, stride, depth, panels, step, count, width);
                break;
        }
    }

    /// <summary>How many floats of each row are read and written for a panel so wide: 4, 8, 16, 32 or 64.</summary>
    internal static int VectorFor(int width) => width > 32 ? 64 : width > 16 ? 32 : width > 8 ? 16 : width > 4 ? 8 : 4;

    [MethodImpl(HotLoop.Options)]
    private static void CopySideBySide<TRow>(
        float* source, nint stride, int depth, float* panels, nint step, int count, nint width)
        where TRow : struct, ITileRow<TRow>
    {
        for (; depth > 0; depth--)
        {
            if (Sse.IsSupported)
            {
                // Rows may be pages apart, where the processor foresees nothing.
                var ahead = source + (RowsAhead * stride);
                for (var end = ahead + (count * width); ahead < end; ahead += AlignedBuffer.LineFloats)
                {
                    Sse.Prefetch0(ahead);
                }
            }

            var from = source;
            var to = panels;
            for (var panel = count; panel > 0; panel--)
            {
                TRow.Store(TRow.Load(from), to);
                from += width;
                to += step;
            }

            source += stride;
            panels += width;
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void CopyRows<TRow>(float* source, nint stride, int depth, float* panel, nint width)
        where TRow : struct, ITileRow<TRow>
    {
        for (; depth > 0; depth--)
        {
            TRow.Store(TRow.Load(source), panel);
            source += stride;
            panel += width;
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void CopyParts<TLanes, TVector>(
        float* source, nint stride, int valid, int depth, float* panel, int width)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (; depth > 0; depth--)
        {
            nint w = 0;
            for (; w <= valid - TLanes.Count; w += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(source + w), panel + w);
            }

            for (var padding = w; padding < width; padding += TLanes.Count)
            {
                TLanes.Store(TLanes.Zero, panel + padding);
            }

            for (; w <= valid - Vector128<float>.Count; w += Vector128<float>.Count)
            {
                Vector128.Store(Vector128.Load(source + w), panel + w);
            }

            for (; w < valid; w++)
            {
                panel[w] = source[w];
            }

            source += stride;
            panel += width;
        }
    }
}
