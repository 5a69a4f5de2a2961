using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Gemm;

namespace Distributed.Engine.Kernels.Images;

/// <summary>The innermost loop of a <see cref="PixelGradient{TLanes, TVector}"/>: tall tiles in registers.</summary>
internal static unsafe class PixelSums
{
    /// <summary>Rows at a time: 28 sums of two vectors across.</summary>
    internal const int Height = 14;

    /// <summary>Adds a chain of fused multiply-adds from +0 for each element, as there + sum, row by row.</summary>
    /// <param name="left">A line of Height numbers for each product.</param>
    /// <param name="right">A line of TRow.Width numbers for each product, contiguous.</param>
    /// <param name="offsets">Where each row is added, from pixels on; the last row comes first.</param>
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TRow>(int depth, Panel left, float* right, int* offsets, float* pixels)
        where TRow : struct, ITileRow<TRow>
    {
        var a = left.Data;
        var step = left.Step;
        var r0 = default(TRow);
        var r1 = default(TRow);
        var r2 = default(TRow);
        var r3 = default(TRow);
        var r4 = default(TRow);
        var r5 = default(TRow);
        var r6 = default(TRow);
        var r7 = default(TRow);
        var r8 = default(TRow);
        var r9 = default(TRow);
        var r10 = default(TRow);
        var r11 = default(TRow);
        var r12 = default(TRow);
        var r13 = default(TRow);
        for (; depth > 0; depth--)
        {
            var row = TRow.Load(right);
            TRow.MultiplyAdd(a, row, ref r0);
            TRow.MultiplyAdd(a + 1, row, ref r1);
            TRow.MultiplyAdd(a + 2, row, ref r2);
            TRow.MultiplyAdd(a + 3, row, ref r3);
            TRow.MultiplyAdd(a + 4, row, ref r4);
            TRow.MultiplyAdd(a + 5, row, ref r5);
            TRow.MultiplyAdd(a + 6, row, ref r6);
            TRow.MultiplyAdd(a + 7, row, ref r7);
            TRow.MultiplyAdd(a + 8, row, ref r8);
            TRow.MultiplyAdd(a + 9, row, ref r9);
            TRow.MultiplyAdd(a + 10, row, ref r10);
            TRow.MultiplyAdd(a + 11, row, ref r11);
            TRow.MultiplyAdd(a + 12, row, ref r12);
            TRow.MultiplyAdd(a + 13, row, ref r13);
            a += step;
            right += TRow.Width;
        }

        Add(ref r13, pixels + offsets[13]);
        Add(ref r12, pixels + offsets[12]);
        Add(ref r11, pixels + offsets[11]);
        Add(ref r10, pixels + offsets[10]);
        Add(ref r9, pixels + offsets[9]);
        Add(ref r8, pixels + offsets[8]);
        Add(ref r7, pixels + offsets[7]);
        Add(ref r6, pixels + offsets[6]);
        Add(ref r5, pixels + offsets[5]);
        Add(ref r4, pixels + offsets[4]);
        Add(ref r3, pixels + offsets[3]);
        Add(ref r2, pixels + offsets[2]);
        Add(ref r1, pixels + offsets[1]);
        Add(ref r0, pixels + offsets[0]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRow>(ref TRow row, float* to)
        where TRow : struct, ITileRow<TRow>
    {
        TRow.AddLeft(to, ref row);
        TRow.Store(row, to);
    }
}
