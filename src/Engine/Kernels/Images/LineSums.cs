using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Gemm;

namespace Distributed.Engine.Kernels.Images;

/// <summary>
/// The innermost loop of a filter gradient: some lines of a <see cref="PaddedImage"/>, read where they lie, times a
/// panel with a row for each position.
/// </summary>
/// <remarks>Shapes: sums [Height, TRow.Width], a chain of fused multiply-adds over all positions from +0.</remarks>
internal static unsafe class LineSums
{
    /// <summary>Lines at a time: 16 sums of two vectors, or 8 of one, and a register for each line's place.</summary>
    internal const int Height = 8;

    /// <summary>Writes the sums, or adds them to what is there, as there + sum.</summary>
    /// <param name="offsets">Of Height lines.</param>
    /// <param name="panel">A row of TRow.Width numbers for each position.</param>
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TRow>(
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
