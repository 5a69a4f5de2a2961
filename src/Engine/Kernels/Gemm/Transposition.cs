using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Packs a strip whose rows lie in memory one after the other, four columns at a time in registers.</summary>
/// <remarks>
/// Each vector is put together from four-float pieces of every fourth row; two rounds of interleaving, which no vector
/// unit does across its 128-bit parts, then give four whole columns.
/// </remarks>
internal static unsafe class Transposition
{
    /// <summary>
    /// Rows that are read at a time, half of the widest panels' there are: more of them lie in more pages than the
    /// processor foresees.
    /// </summary>
    private const int RowsMax = 32;

    /// <summary>
    /// A group of rows is read a cache line at a time: rows that lie 2 KB apart share so few sets of the first-level
    /// cache that more of them would drive each other out before the line's last columns are read.
    /// </summary>
    private const int LineFloats = 16;

    internal static void Pack<TLanes, TVector>(
        float* source, nint stride, int available, int depth, float* panel, int width)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count > Lanes256.Count && width <= Lanes256.Count)
        {
            // The most of wider vectors would be no part of the panel.
            PackRows<Lanes256, Vector256<float>>(source, stride, available, depth, panel, width, width);
            return;
        }

        // A wider panel has a row in its second half: it is a right one, with no more vectors than its columns need.
        for (var first = 0; first < width; first += RowsMax)
        {
            PackRows<TLanes, TVector>(
                source + (first * stride), stride, available - first, depth, panel + first,
                Math.Min(width - first, RowsMax), width);
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void PackRows<TLanes, TVector>(
        float* source, nint stride, int available, int depth, float* panel, int width, int panelWidth)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        // Rows past the last one repeat it: their sums are thrown away.
        var rows = stackalloc float*[RowsMax];
        for (var w = 0; w < RowsMax; w++)
        {
            rows[w] = source + (Math.Min(w, available - 1) * stride);
        }

        var p = 0;
        if (IsVectorised<TLanes>())
        {
            var lastGroup = (width - 1) / TLanes.Count * TLanes.Count;
            while (p + 4 <= depth)
            {
                var end = Math.Min(p + LineFloats, depth - 3);

                // From right to left: a group that is wider than its rest spills into the next line's first group.
                for (var group = lastGroup; group >= 0; group -= TLanes.Count)
                {
                    var to = panel + ((nint)p * panelWidth) + group;
                    if (group + TLanes.Count <= available)
                    {
                        var from = source + (group * stride) + p;
                        for (var column = p; column < end; column += 4, from += 4, to += 4 * panelWidth)
                        {
                            FourColumns<TLanes>(from, stride, to, panelWidth);
                        }

                        continue;
                    }

                    for (var column = p; column < end; column += 4, to += 4 * panelWidth)
                    {
                        FourColumns<TLanes>(rows + group, column, to, panelWidth);
                    }
                }

                p += (end - p + 3) / 4 * 4;
            }
        }

        for (; p < depth; p++)
        {
            for (var w = 0; w < width; w++)
            {
                panel[((nint)p * panelWidth) + w] = rows[w][p];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsVectorised<TLanes>() =>
        typeof(TLanes) == typeof(Lanes512) ? Avx512F.IsSupported
        : typeof(TLanes) == typeof(Lanes256) ? Avx.IsSupported
        : typeof(TLanes) == typeof(Lanes128) && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns<TLanes>(float** rows, int p, float* destination, nint stride)
    {
        if (typeof(TLanes) == typeof(Lanes512))
        {
            FourColumns512(rows, p, destination, stride);
        }
        else if (typeof(TLanes) == typeof(Lanes256))
        {
            FourColumns256(rows, p, destination, stride);
        }
        else
        {
            FourColumns128(rows, p, destination, stride);
        }
    }

    /// <summary>The same for rows so far apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns<TLanes>(float* source, nint rowStride, float* destination, nint stride)
    {
        var fourRows = 4 * rowStride;
        if (typeof(TLanes) == typeof(Lanes512))
        {
            Interleave512(
                Gather512(source, fourRows),
                Gather512(source + rowStride, fourRows),
                Gather512(source + (2 * rowStride), fourRows),
                Gather512(source + (3 * rowStride), fourRows),
                destination,
                stride);
        }
        else if (typeof(TLanes) == typeof(Lanes256))
        {
            Interleave256(
                Gather256(source, fourRows),
                Gather256(source + rowStride, fourRows),
                Gather256(source + (2 * rowStride), fourRows),
                Gather256(source + (3 * rowStride), fourRows),
                destination,
                stride);
        }
        else
        {
            Interleave128(
                Vector128.Load(source),
                Vector128.Load(source + rowStride),
                Vector128.Load(source + (2 * rowStride)),
                Vector128.Load(source + (3 * rowStride)),
                destination,
                stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns512(float** rows, int p, float* destination, nint stride) =>
        Interleave512(
            Gather512(rows, p), Gather512(rows + 1, p), Gather512(rows + 2, p), Gather512(rows + 3, p),
            destination, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave512(
        Vector512<float> row0, Vector512<float> row1, Vector512<float> row2, Vector512<float> row3,
        float* destination, nint stride)
    {
        var low01 = Avx512F.UnpackLow(row0, row1).AsDouble();
        var low23 = Avx512F.UnpackLow(row2, row3).AsDouble();
        var high01 = Avx512F.UnpackHigh(row0, row1).AsDouble();
        var high23 = Avx512F.UnpackHigh(row2, row3).AsDouble();
        Avx512F.UnpackLow(low01, low23).AsSingle().Store(destination);
        Avx512F.UnpackHigh(low01, low23).AsSingle().Store(destination + stride);
        Avx512F.UnpackLow(high01, high23).AsSingle().Store(destination + (2 * stride));
        Avx512F.UnpackHigh(high01, high23).AsSingle().Store(destination + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns256(float** rows, int p, float* destination, nint stride) =>
        Interleave256(
            Gather256(rows, p), Gather256(rows + 1, p), Gather256(rows + 2, p), Gather256(rows + 3, p),
            destination, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave256(
        Vector256<float> row0, Vector256<float> row1, Vector256<float> row2, Vector256<float> row3,
        float* destination, nint stride)
    {
        var low01 = Avx.UnpackLow(row0, row1).AsDouble();
        var low23 = Avx.UnpackLow(row2, row3).AsDouble();
        var high01 = Avx.UnpackHigh(row0, row1).AsDouble();
        var high23 = Avx.UnpackHigh(row2, row3).AsDouble();
        Avx.UnpackLow(low01, low23).AsSingle().Store(destination);
        Avx.UnpackHigh(low01, low23).AsSingle().Store(destination + stride);
        Avx.UnpackLow(high01, high23).AsSingle().Store(destination + (2 * stride));
        Avx.UnpackHigh(high01, high23).AsSingle().Store(destination + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns128(float** rows, int p, float* destination, nint stride) =>
        Interleave128(
            Vector128.Load(rows[0] + p), Vector128.Load(rows[1] + p), Vector128.Load(rows[2] + p),
            Vector128.Load(rows[3] + p), destination, stride);

    /// <summary>Writes a matrix of four by four the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Interleave128(
        Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3,
        float* destination, nint stride)
    {
        var low01 = InterleaveLow(row0, row1).AsDouble();
        var low23 = InterleaveLow(row2, row3).AsDouble();
        var high01 = InterleaveHigh(row0, row1).AsDouble();
        var high23 = InterleaveHigh(row2, row3).AsDouble();
        InterleaveLow(low01, low23).AsSingle().Store(destination);
        InterleaveHigh(low01, low23).AsSingle().Store(destination + stride);
        InterleaveLow(high01, high23).AsSingle().Store(destination + (2 * stride));
        InterleaveHigh(high01, high23).AsSingle().Store(destination + (3 * stride));
    }

    // Parts are inserted one by one: so the compiler makes each insertion read memory, and none waits for what a
    // register held before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gather512(float* source, nint step)
    {
        var parts = Vector128.Load(source).ToVector256Unsafe().ToVector512Unsafe();
        parts = Avx512F.InsertVector128(parts, Vector128.Load(source + step), 1);
        parts = Avx512F.InsertVector128(parts, Vector128.Load(source + (2 * step)), 2);
        return Avx512F.InsertVector128(parts, Vector128.Load(source + (3 * step)), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gather256(float* source, nint step) =>
        Avx.InsertVector128(Vector128.Load(source).ToVector256Unsafe(), Vector128.Load(source + step), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gather512(float** rows, int p) =>
        Vector512.Create(Gather256(rows, p), Gather256(rows + 8, p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gather256(float** rows, int p) =>
        Vector256.Create(Vector128.Load(rows[0] + p), Vector128.Load(rows[4] + p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveLow(Vector128<double> left, Vector128<double> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveHigh(Vector128<double> left, Vector128<double> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
