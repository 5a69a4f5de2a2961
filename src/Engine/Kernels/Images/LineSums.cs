using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>
/// The innermost loop of a filter gradient: some lines of a <see cref="PaddedImage"/>, read where they lie, times a
/// panel with a row for each position.
/// </summary>
/// <remarks>Shapes: sums [lines, TRow.Width], a chain of fused multiply-adds over all positions from +0.</remarks>
internal static unsafe class LineSums
{
    /// <summary>The most lines at a time.</summary>
    internal const int HeightMax = 8;

    /// <summary>
    /// Lines at a time: 6 where rows are so wide, else 8. These are 24 sums at most, 12 where there are 16 registers,
    /// and each line's place has a register, too.
    /// </summary>
    internal static int Height<TLanes, TVector, TRow>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TRow : struct, ITileRow<TRow> => TRow.Width > (TLanes.Count == 8 ? 1 : 3) * TLanes.Count ? 6 : HeightMax;

    /// <summary>Writes the sums, or adds them to what is there, as there + sum.</summary>
    /// <param name="offsets">Of so many lines.</param>
    /// <param name="panel">A row of TRow.Width numbers for each position.</param>
    internal static void Run<TRow>(
        int height, in WindowGrid grid, int rowStep, float* image, int* offsets, float* panel, float* sums, nint stride,
        bool adds)
        where TRow : struct, ITileRow<TRow>
    {
        if (height == 6)
        {
            Six<TRow>(grid, rowStep, image, offsets, panel, sums, stride, adds);
        }
        else
        {
            Eight<TRow>(grid, rowStep, image, offsets, panel, sums, stride, adds);
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void Six<TRow>(
        in WindowGrid grid, int rowStep, float* image, int* offsets, float* panel, float* sums, nint stride, bool adds)
        where TRow : struct, ITileRow<TRow>
    {
        var x0 = image + offsets[0];
        var x1 = image + offsets[1];
        var x2 = image + offsets[2];
        var x3 = image + offsets[3];
        var x4 = image + offsets[4];
        var x5 = image + offsets[5];
        var r0 = default(TRow);
        var r1 = default(TRow);
        var r2 = default(TRow);
        var r3 = default(TRow);
        var r4 = default(TRow);
        var r5 = default(TRow);
        nint step = grid.Stride;
        var columns = grid.Columns * step;
        for (nint row = 0, left = grid.Rows; left > 0; left--, row += rowStep)
        {
            for (var at = row; at < row + columns; at += step)
            {
                var right = TRow.Load(panel);
                TRow.MultiplyAdd(x0 + at, right, ref r0);
                TRow.MultiplyAdd(x1 + at, right, ref r1);
                TRow.MultiplyAdd(x2 + at, right, ref r2);
                TRow.MultiplyAdd(x3 + at, right, ref r3);
                TRow.MultiplyAdd(x4 + at, right, ref r4);
                TRow.MultiplyAdd(x5 + at, right, ref r5);
                panel += TRow.Width;
            }
        }

        Put(ref r0, sums, adds);
        Put(ref r1, sums + stride, adds);
        Put(ref r2, sums + (2 * stride), adds);
        Put(ref r3, sums + (3 * stride), adds);
        Put(ref r4, sums + (4 * stride), adds);
        Put(ref r5, sums + (5 * stride), adds);
    }

    [MethodImpl(HotLoop.Options)]
    private static void Eight<TRow>(
        in WindowGrid grid, int rowStep, float* image, int* offsets, float* panel, float* sums, nint stride, bool adds)
        where TRow : struct, ITileRow<TRow>
    {
        var x0 = image + offsets[0];
        var x1 = image + offsets[1];
        var x2 = image + offsets[2];
        var x3 = image + offsets[3];
        var x4 = image + offsets[4];
        var x5 = image + offsets[5];
        var x6 = image + offsets[6];
        var x7 = image + offsets[7];
        var r0 = default(TRow);
        var r1 = default(TRow);
        var r2 = default(TRow);
        var r3 = default(TRow);
        var r4 = default(TRow);
        var r5 = default(TRow);
        var r6 = default(TRow);
        var r7 = default(TRow);
        nint step = grid.Stride;
        var columns = grid.Columns * step;
        for (nint row = 0, left = grid.Rows; left > 0; left--, row += rowStep)
        {
            for (var at = row; at < row + columns; at += step)
            {
                var right = TRow.Load(panel);
                TRow.MultiplyAdd(x0 + at, right, ref r0);
                TRow.MultiplyAdd(x1 + at, right, ref r1);
                TRow.MultiplyAdd(x2 + at, right, ref r2);
                TRow.MultiplyAdd(x3 + at, right, ref r3);
                TRow.MultiplyAdd(x4 + at, right, ref r4);
                TRow.MultiplyAdd(x5 + at, right, ref r5);
                TRow.MultiplyAdd(x6 + at, right, ref r6);
                TRow.MultiplyAdd(x7 + at, right, ref r7);
                panel += TRow.Width;
            }
        }

        Put(ref r0, sums, adds);
        Put(ref r1, sums + stride, adds);
        Put(ref r2, sums + (2 * stride), adds);
        Put(ref r3, sums + (3 * stride), adds);
        Put(ref r4, sums + (4 * stride), adds);
        Put(ref r5, sums + (5 * stride), adds);
        Put(ref r6, sums + (6 * stride), adds);
        Put(ref r7, sums + (7 * stride), adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TRow>(ref TRow row, float* to, bool adds)
        where TRow : struct, ITileRow<TRow>
    {
        if (adds)
        {
            TRow.AddLeft(to, ref row);
        }

        TRow.Store(row, to);
    }
}
