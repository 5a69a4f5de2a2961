namespace Distributed.Engine.Kernels.Images;

/// <summary>A window that slides over an image: its size in taps, and how it moves.</summary>
/// <remarks>
/// Units: Height and Width count taps; Stride is pixels from one position to the next; Padding is pixels added on
/// each side; Dilation is pixels from one tap to the next. Both directions move alike.
/// Errors: ArgumentOutOfRangeException for a size, stride or dilation below 1, and for a padding below 0.
/// </remarks>
public sealed record Window2d
{
    public Window2d(int height, int width, int stride = 1, int padding = 0, int dilation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(dilation, 1);
        (Height, Width, Stride, Padding, Dilation) = (height, width, stride, padding, dilation);
    }

    public int Height { get; }

    public int Width { get; }

    public int Stride { get; }

    public int Padding { get; }

    public int Dilation { get; }

    /// <summary>Positions along a side of so many pixels, for so many taps; 0 where the window does not fit.</summary>
    internal int Positions(int pixels, int taps)
    {
        var room = checked(pixels + (2 * Padding) - ((taps - 1) * Dilation) - 1);
        return room < 0 ? 0 : (room / Stride) + 1;
    }
}
