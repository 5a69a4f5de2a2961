using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels.Images;

/// <summary>
/// Pooling with windows of 2 × 2 side by side, four of them at a time: the pooling that most networks have.
/// </summary>
/// <remarks>
/// Shapes: x and dx are an image, y and dy its windows; row counts rows of windows, of which y and dy are one then. The
/// bits of <see cref="Pooling"/>. Where the columns are no multiple of four, the last four come again.
/// </remarks>
internal static unsafe class TwoByTwoPooling
{
    private const int Windows = 4;

    internal static bool Fit(in WindowGrid grid) =>
        grid is { IsApart: true, WindowHeight: 2, WindowWidth: 2, Stride: 2, Columns: >= Windows };

    /// <summary>y = the largest x of each window.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Largest(in WindowGrid grid, float* x, float* y)
    {
        nint width = grid.Width;
        nint columns = grid.Columns;
        for (var rows = grid.Rows; rows > 0; rows--, x += 2 * width, y += columns)
        {
            for (nint column = 0; column < columns; column += Windows)
            {
                var at = Math.Min(column, columns - Windows);
                var top = x + (2 * at);
                var left = Vector128.Max(Vector128.Load(top), Vector128.Load(top + width));
                var right = Vector128.Max(Vector128.Load(top + 4), Vector128.Load(top + width + 4));
                Vector128.Max(Evens(left, right), Odds(left, right)).Store(y + at);
            }
        }
    }

    /// <summary>dx = the window's dy at its first tap that is not less than its largest, +0 at the others.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Spread(in WindowGrid grid, float* x, float* dy, float* dx)
    {
        nint width = grid.Width;
        nint columns = grid.Columns;
        var isLeft = Vector256.Create(-1, 0, -1, 0, -1, 0, -1, 0).AsSingle();
        for (var rows = grid.Rows; rows > 0; rows--, x += 2 * width, dx += 2 * width, dy += columns)
        {
            for (nint column = 0; column < columns; column += Windows)
            {
                var at = Math.Min(column, columns - Windows);
                var top = Vector256.Load(x + (2 * at));
                var bottom = Vector256.Load(x + (2 * at) + width);
                var largest = Vector256.Max(top, bottom);
                largest = Vector256.Max(largest, Swapped(largest));
                var isTopLess = Vector256.LessThan(top, largest);
                var isBottomLess = Vector256.LessThan(bottom, largest);
                var isOtherTopLess = Swapped(isTopLess);
                var isTopOpen = isLeft | isOtherTopLess;
                var isBottomOpen = isTopLess & isOtherTopLess & (isLeft | Swapped(isBottomLess));
                var upstream = Twice(Vector128<float>.Zero + Vector128.Load(dy + at));
                Vector256.AndNot(upstream & isTopOpen, isTopLess).Store(dx + (2 * at));
                Vector256.AndNot(upstream & isBottomOpen, isBottomLess).Store(dx + (2 * at) + width);
            }
        }
    }

    /// <summary>y = the mean of each window: a chain of additions from +0, upper taps first, divided by 4.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Average(in WindowGrid grid, float* x, int row, float* y)
    {
        var (width, columns) = (grid.Width, grid.Columns);
        x += (nint)2 * row * width;
        for (var column = 0; column < columns; column += Windows)
        {
            var at = Math.Min(column, columns - Windows);
            var top = x + (2 * at);
            var (left, right) = (Vector128.Load(top), Vector128.Load(top + 4));
            var sum = Vector128<float>.Zero + Evens(left, right) + Odds(left, right);
            (left, right) = (Vector128.Load(top + width), Vector128.Load(top + width + 4));
            ((sum + Evens(left, right) + Odds(left, right)) / Vector128.Create(4f)).Store(y + at);
        }
    }

    /// <summary>dx = a quarter of the window's dy at each tap.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Share(in WindowGrid grid, int row, float* dy, float* dx)
    {
        var (width, columns) = (grid.Width, grid.Columns);
        dx += (nint)2 * row * width;
        for (var column = 0; column < columns; column += Windows)
        {
            var at = Math.Min(column, columns - Windows);
            var share = Twice(Vector128<float>.Zero + (Vector128.Load(dy + at) / Vector128.Create(4f)));
            share.Store(dx + (2 * at));
            share.Store(dx + (2 * at) + width);
        }
    }

    /// <summary>Each number beside itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Twice(Vector128<float> values) =>
        Vector256.Shuffle(values.ToVector256Unsafe(), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));

    /// <summary>Each pair the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Swapped(Vector256<float> pairs) =>
        Vector256.Shuffle(pairs, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Evens(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Shuffle(left, right, 0b10_00_10_00)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(left, right)
        : Vector128.Create(left[0], left[2], right[0], right[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Odds(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Shuffle(left, right, 0b11_01_11_01)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(left, right)
        : Vector128.Create(left[1], left[3], right[1], right[3]);
}
