namespace Distributed.Engine.Kernels.Images;

/// <summary>All positions of a window on images of one size: Rows by Columns of them.</summary>
internal readonly struct WindowGrid(Window2d window, int height, int width)
{
    /// <summary>The image's size in pixels.</summary>
    internal int Height { get; } = height;

    internal int Width { get; } = width;

    internal int WindowHeight { get; } = window.Height;

    internal int WindowWidth { get; } = window.Width;

    internal int Stride { get; } = window.Stride;

    internal int Padding { get; } = window.Padding;

    internal int Dilation { get; } = window.Dilation;

    /// <summary>Positions of the window, which are the result's size.</summary>
    internal int Rows { get; } = window.Positions(height, window.Height);

    internal int Columns { get; } = window.Positions(width, window.Width);

    internal int ImagePixels => Height * Width;

    internal int Positions => Rows * Columns;

    /// <summary>True where windows neither overlap nor reach outside.</summary>
    internal bool IsApart => Padding == 0 && Dilation == 1 && Stride >= Math.Max(WindowHeight, WindowWidth);

    /// <summary>True where, besides, each pixel lies in a window.</summary>
    internal bool IsTiling =>
        IsApart && Stride == WindowHeight && Stride == WindowWidth && Positions * Taps == ImagePixels;

    internal int Taps => WindowHeight * WindowWidth;

    /// <summary>Where a tap of a position looks, in pixels of the image; it may lie outside.</summary>
    internal int Look(int position, int tap) => (position * Stride) - Padding + (tap * Dilation);

    /// <summary>The positions first … end − 1 of so many whose tap lies inside a side of so many pixels.</summary>
    internal (int First, int End) Inside(int pixels, int positions, int tap)
    {
        var before = Padding - (tap * Dilation);
        var first = before <= 0 ? 0 : Math.Min((before + Stride - 1) / Stride, positions);
        var last = pixels - 1 + before;
        var end = last < 0 ? 0 : Math.Min((last / Stride) + 1, positions);
        return (first, Math.Max(first, end));
    }
}
