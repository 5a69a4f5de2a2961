using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// A tile of sums that lives in vector registers while a kernel runs: Height rows of Width floats, all zero at first.
/// </summary>
/// <remarks>
/// The rows are fields that are named one by one: only so does the compiler keep each vector in a register of its own.
/// Units: stride counts floats between the starts of rows in memory.
/// </remarks>
internal unsafe interface ITile
{
    public static abstract int Height { get; }

    public static abstract int Width { get; }

    /// <summary>Copies a row of memory as wide as a tile.</summary>
    public static abstract void CopyRow(float* source, float* destination);

    /// <summary>element (i, j) ← left[i] · right[j] + element (i, j), rounded once.</summary>
    public void MultiplyAdd(float* left, float* right);

    /// <summary>
    /// The same with the left factors so far apart: left[0] is at r0, left[3] at r3 and so on, each with the next two
    /// a stride and two strides behind it. Pointers behind the last row are not read.
    /// </summary>
    public void MultiplyAddAcross(
        float* r0, float* r3, float* r6, float* r9, float* r12, nint stride, float* right);

    public void Load(float* source, nint stride);

    public void Store(float* destination, nint stride);

    /// <summary>Puts the tile where it goes, the last row first.</summary>
    public void Put<TPlace>(TPlace place)
        where TPlace : struct, ITilePlace;

    /// <summary>
    /// The same, and begins the next one: its elements are the sums from 0 over two steps of left and right. All of it
    /// row by row: while a processor stores many vectors on end it hardly multiplies (AMD Zen 3: 12 stores took the
    /// time of 48 multiply-adds).
    /// </summary>
    public void PutAndBegin<TPlace>(TPlace place, float* left, nint leftStep, float* right, nint rightStep)
        where TPlace : struct, ITilePlace;

    /// <summary>element (i, j) ← left (i, j) + element (i, j).</summary>
    public void AddLeft(float* left, nint stride);
}

/// <summary>The short tile for 16 registers, 8 sums of 2 vectors across, and beside wide tiles for 32.</summary>
internal unsafe struct Tile4<TRow> : ITile
    where TRow : struct, ITileRow<TRow>
{
    private TRow _r0;
    private TRow _r1;
    private TRow _r2;
    private TRow _r3;

    public static int Height => 4;

    public static int Width => TRow.Width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRow(float* source, float* destination) => TRow.Store(TRow.Load(source), destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAdd(float* left, float* right)
    {
        var row = TRow.Load(right);
        TRow.MultiplyAdd(left, row, ref _r0);
        TRow.MultiplyAdd(left + 1, row, ref _r1);
        TRow.MultiplyAdd(left + 2, row, ref _r2);
        TRow.MultiplyAdd(left + 3, row, ref _r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAddAcross(
        float* r0, float* r3, float* r6, float* r9, float* r12, nint stride, float* right)
    {
        var row = TRow.Load(right);
        TRow.MultiplyAdd(r0, row, ref _r0);
        TRow.MultiplyAdd(r0 + stride, row, ref _r1);
        TRow.MultiplyAdd(r0 + (2 * stride), row, ref _r2);
        TRow.MultiplyAdd(r3, row, ref _r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(float* source, nint stride)
    {
        _r0 = TRow.Load(source);
        _r1 = TRow.Load(source + stride);
        _r2 = TRow.Load(source + (2 * stride));
        _r3 = TRow.Load(source + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* destination, nint stride)
    {
        TRow.Store(_r0, destination);
        TRow.Store(_r1, destination + stride);
        TRow.Store(_r2, destination + (2 * stride));
        TRow.Store(_r3, destination + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutAndBegin<TPlace>(TPlace place, float* left, nint leftStep, float* right, nint rightStep)
        where TPlace : struct, ITilePlace
    {
        var first = TRow.Load(right);
        right += rightStep;
        TileKernels.PutAndBegin(3, ref _r3, place, left + 3, leftStep, first, right);
        TileKernels.PutAndBegin(2, ref _r2, place, left + 2, leftStep, first, right);
        TileKernels.PutAndBegin(1, ref _r1, place, left + 1, leftStep, first, right);
        TileKernels.PutAndBegin(0, ref _r0, place, left, leftStep, first, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLeft(float* left, nint stride)
    {
        TRow.AddLeft(left, ref _r0);
        TRow.AddLeft(left + stride, ref _r1);
        TRow.AddLeft(left + (2 * stride), ref _r2);
        TRow.AddLeft(left + (3 * stride), ref _r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TPlace>(TPlace place)
        where TPlace : struct, ITilePlace
    {
        place.Put(3, ref _r3);
        place.Put(2, ref _r2);
        place.Put(1, ref _r1);
        place.Put(0, ref _r0);
    }
}

/// <summary>
/// The tall tile for 16 registers: 12 sums, 2 right factors, 1 broadcast; and the wide one for 32: 24 sums, 4, 1.
/// </summary>
internal unsafe struct Tile6<TRow> : ITile
    where TRow : struct, ITileRow<TRow>
{
    private TRow _r0;
    private TRow _r1;
    private TRow _r2;
    private TRow _r3;
    private TRow _r4;
    private TRow _r5;

    public static int Height => 6;

    public static int Width => TRow.Width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRow(float* source, float* destination) => TRow.Store(TRow.Load(source), destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAdd(float* left, float* right)
    {
        var row = TRow.Load(right);
        TRow.MultiplyAdd(left, row, ref _r0);
        TRow.MultiplyAdd(left + 1, row, ref _r1);
        TRow.MultiplyAdd(left + 2, row, ref _r2);
        TRow.MultiplyAdd(left + 3, row, ref _r3);
        TRow.MultiplyAdd(left + 4, row, ref _r4);
        TRow.MultiplyAdd(left + 5, row, ref _r5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAddAcross(
        float* r0, float* r3, float* r6, float* r9, float* r12, nint stride, float* right)
    {
        var row = TRow.Load(right);
        TRow.MultiplyAdd(r0, row, ref _r0);
        TRow.MultiplyAdd(r0 + stride, row, ref _r1);
        TRow.MultiplyAdd(r0 + (2 * stride), row, ref _r2);
        TRow.MultiplyAdd(r3, row, ref _r3);
        TRow.MultiplyAdd(r3 + stride, row, ref _r4);
        TRow.MultiplyAdd(r3 + (2 * stride), row, ref _r5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(float* source, nint stride)
    {
        _r0 = TRow.Load(source);
        _r1 = TRow.Load(source + stride);
        _r2 = TRow.Load(source + (2 * stride));
        _r3 = TRow.Load(source + (3 * stride));
        _r4 = TRow.Load(source + (4 * stride));
        _r5 = TRow.Load(source + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* destination, nint stride)
    {
        TRow.Store(_r0, destination);
        TRow.Store(_r1, destination + stride);
        TRow.Store(_r2, destination + (2 * stride));
        TRow.Store(_r3, destination + (3 * stride));
        TRow.Store(_r4, destination + (4 * stride));
        TRow.Store(_r5, destination + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutAndBegin<TPlace>(TPlace place, float* left, nint leftStep, float* right, nint rightStep)
        where TPlace : struct, ITilePlace
    {
        var first = TRow.Load(right);
        right += rightStep;
        TileKernels.PutAndBegin(5, ref _r5, place, left + 5, leftStep, first, right);
        TileKernels.PutAndBegin(4, ref _r4, place, left + 4, leftStep, first, right);
        TileKernels.PutAndBegin(3, ref _r3, place, left + 3, leftStep, first, right);
        TileKernels.PutAndBegin(2, ref _r2, place, left + 2, leftStep, first, right);
        TileKernels.PutAndBegin(1, ref _r1, place, left + 1, leftStep, first, right);
        TileKernels.PutAndBegin(0, ref _r0, place, left, leftStep, first, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLeft(float* left, nint stride)
    {
        TRow.AddLeft(left, ref _r0);
        TRow.AddLeft(left + stride, ref _r1);
        TRow.AddLeft(left + (2 * stride), ref _r2);
        TRow.AddLeft(left + (3 * stride), ref _r3);
        TRow.AddLeft(left + (4 * stride), ref _r4);
        TRow.AddLeft(left + (5 * stride), ref _r5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TPlace>(TPlace place)
        where TPlace : struct, ITilePlace
    {
        place.Put(5, ref _r5);
        place.Put(4, ref _r4);
        place.Put(3, ref _r3);
        place.Put(2, ref _r2);
        place.Put(1, ref _r1);
        place.Put(0, ref _r0);
    }
}
