using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>The tile of 3 vectors across for 32 registers, 24 sums; and the short one of 2, 16 sums.</summary>
internal unsafe struct Tile8<TRow> : ITile
    where TRow : struct, ITileRow<TRow>
{
    private TRow _r0;
    private TRow _r1;
    private TRow _r2;
    private TRow _r3;
    private TRow _r4;
    private TRow _r5;
    private TRow _r6;
    private TRow _r7;

    public static int Height => 8;

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
        TRow.MultiplyAdd(left + 6, row, ref _r6);
        TRow.MultiplyAdd(left + 7, row, ref _r7);
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
        TRow.MultiplyAdd(r6, row, ref _r6);
        TRow.MultiplyAdd(r6 + stride, row, ref _r7);
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
        _r6 = TRow.Load(source + (6 * stride));
        _r7 = TRow.Load(source + (7 * stride));
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
        TRow.Store(_r6, destination + (6 * stride));
        TRow.Store(_r7, destination + (7 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutAndBegin<TPlace>(TPlace place, float* left, nint leftStep, float* right, nint rightStep)
        where TPlace : struct, ITilePlace
    {
        var first = TRow.Load(right);
        right += rightStep;
        TileKernels.PutAndBegin(7, ref _r7, place, left + 7, leftStep, first, right);
        TileKernels.PutAndBegin(6, ref _r6, place, left + 6, leftStep, first, right);
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
        TRow.AddLeft(left + (6 * stride), ref _r6);
        TRow.AddLeft(left + (7 * stride), ref _r7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TPlace>(TPlace place)
        where TPlace : struct, ITilePlace
    {
        place.Put(7, ref _r7);
        place.Put(6, ref _r6);
        place.Put(5, ref _r5);
        place.Put(4, ref _r4);
        place.Put(3, ref _r3);
        place.Put(2, ref _r2);
        place.Put(1, ref _r1);
        place.Put(0, ref _r0);
    }
}

/// <summary>The tall tile for 32 registers: 28 sums, 2 right factors, 1 broadcast.</summary>
internal unsafe struct Tile14<TRow> : ITile
    where TRow : struct, ITileRow<TRow>
{
    private TRow _r0;
    private TRow _r1;
    private TRow _r2;
    private TRow _r3;
    private TRow _r4;
    private TRow _r5;
    private TRow _r6;
    private TRow _r7;
    private TRow _r8;
    private TRow _r9;
    private TRow _r10;
    private TRow _r11;
    private TRow _r12;
    private TRow _r13;

    public static int Height => 14;

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
        TRow.MultiplyAdd(left + 6, row, ref _r6);
        TRow.MultiplyAdd(left + 7, row, ref _r7);
        TRow.MultiplyAdd(left + 8, row, ref _r8);
        TRow.MultiplyAdd(left + 9, row, ref _r9);
        TRow.MultiplyAdd(left + 10, row, ref _r10);
        TRow.MultiplyAdd(left + 11, row, ref _r11);
        TRow.MultiplyAdd(left + 12, row, ref _r12);
        TRow.MultiplyAdd(left + 13, row, ref _r13);
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
        TRow.MultiplyAdd(r6, row, ref _r6);
        TRow.MultiplyAdd(r6 + stride, row, ref _r7);
        TRow.MultiplyAdd(r6 + (2 * stride), row, ref _r8);
        TRow.MultiplyAdd(r9, row, ref _r9);
        TRow.MultiplyAdd(r9 + stride, row, ref _r10);
        TRow.MultiplyAdd(r9 + (2 * stride), row, ref _r11);
        TRow.MultiplyAdd(r12, row, ref _r12);
        TRow.MultiplyAdd(r12 + stride, row, ref _r13);
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
        _r6 = TRow.Load(source + (6 * stride));
        _r7 = TRow.Load(source + (7 * stride));
        _r8 = TRow.Load(source + (8 * stride));
        _r9 = TRow.Load(source + (9 * stride));
        _r10 = TRow.Load(source + (10 * stride));
        _r11 = TRow.Load(source + (11 * stride));
        _r12 = TRow.Load(source + (12 * stride));
        _r13 = TRow.Load(source + (13 * stride));
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
        TRow.Store(_r6, destination + (6 * stride));
        TRow.Store(_r7, destination + (7 * stride));
        TRow.Store(_r8, destination + (8 * stride));
        TRow.Store(_r9, destination + (9 * stride));
        TRow.Store(_r10, destination + (10 * stride));
        TRow.Store(_r11, destination + (11 * stride));
        TRow.Store(_r12, destination + (12 * stride));
        TRow.Store(_r13, destination + (13 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutAndBegin<TPlace>(TPlace place, float* left, nint leftStep, float* right, nint rightStep)
        where TPlace : struct, ITilePlace
    {
        var first = TRow.Load(right);
        right += rightStep;
        TileKernels.PutAndBegin(13, ref _r13, place, left + 13, leftStep, first, right);
        TileKernels.PutAndBegin(12, ref _r12, place, left + 12, leftStep, first, right);
        TileKernels.PutAndBegin(11, ref _r11, place, left + 11, leftStep, first, right);
        TileKernels.PutAndBegin(10, ref _r10, place, left + 10, leftStep, first, right);
        TileKernels.PutAndBegin(9, ref _r9, place, left + 9, leftStep, first, right);
        TileKernels.PutAndBegin(8, ref _r8, place, left + 8, leftStep, first, right);
        TileKernels.PutAndBegin(7, ref _r7, place, left + 7, leftStep, first, right);
        TileKernels.PutAndBegin(6, ref _r6, place, left + 6, leftStep, first, right);
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
        TRow.AddLeft(left + (6 * stride), ref _r6);
        TRow.AddLeft(left + (7 * stride), ref _r7);
        TRow.AddLeft(left + (8 * stride), ref _r8);
        TRow.AddLeft(left + (9 * stride), ref _r9);
        TRow.AddLeft(left + (10 * stride), ref _r10);
        TRow.AddLeft(left + (11 * stride), ref _r11);
        TRow.AddLeft(left + (12 * stride), ref _r12);
        TRow.AddLeft(left + (13 * stride), ref _r13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TPlace>(TPlace place)
        where TPlace : struct, ITilePlace
    {
        place.Put(13, ref _r13);
        place.Put(12, ref _r12);
        place.Put(11, ref _r11);
        place.Put(10, ref _r10);
        place.Put(9, ref _r9);
        place.Put(8, ref _r8);
        place.Put(7, ref _r7);
        place.Put(6, ref _r6);
        place.Put(5, ref _r5);
        place.Put(4, ref _r4);
        place.Put(3, ref _r3);
        place.Put(2, ref _r2);
        place.Put(1, ref _r1);
        place.Put(0, ref _r0);
    }
}
