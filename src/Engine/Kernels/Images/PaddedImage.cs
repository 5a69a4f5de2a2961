using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>An image with its padding around it, so that every tap of every position lies inside.</summary>
/// <remarks>
/// Shapes: image [channels, height, width], padded [channels, height + 2 · padding, width + 2 · padding], with room
/// for one more vector behind it, which may be read and written back.
/// A line is what one tap of one channel sees: at its offset for the first position, and from there as far along as the
/// position is from the first one.
/// </remarks>
internal readonly unsafe struct PaddedImage(in WindowGrid grid, int channels)
{
    private const int VectorFloatsMax = 16;

    private readonly WindowGrid _grid = grid;

    internal int Width { get; } = grid.Width + (2 * grid.Padding);

    internal int Pixels { get; } = checked((grid.Height + (2 * grid.Padding)) * (grid.Width + (2 * grid.Padding)));

    internal int Floats => checked(AlignedBuffer.WholeLines((channels * Pixels) + VectorFloatsMax));

    /// <summary>Floats from one position to the one below it.</summary>
    internal int RowStep => _grid.Stride * Width;

    internal void Clear(float* padded) => new Span<float>(padded, Floats).Clear();

    /// <summary>Writes the offset of each line, in the order channel, tap row, tap column.</summary>
    internal void WriteOffsets(int* offsets)
    {
        for (var line = 0; line < channels * _grid.Taps; line++)
        {
            offsets[line] = Offset(line / _grid.Taps, line % _grid.Taps);
        }
    }

    /// <summary>Writes the offset of each line, in the order tap row, tap column, channel.</summary>
    internal void WriteOffsetsByTap(int* offsets)
    {
        for (var line = 0; line < channels * _grid.Taps; line++)
        {
            offsets[line] = Offset(line % channels, line / channels);
        }
    }

    /// <summary>Copies an image inside the padding, which stays as it is.</summary>
    internal void Fill<TLanes, TVector>(float* image, float* padded)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        CopyRows<TLanes, TVector>(image, _grid.Width, _grid.ImagePixels, Inside(padded), Width, Pixels);

    /// <summary>Copies what lies inside the padding.</summary>
    internal void Take<TLanes, TVector>(float* padded, float* image)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        CopyRows<TLanes, TVector>(Inside(padded), Width, Pixels, image, _grid.Width, _grid.ImagePixels);

    private int Offset(int channel, int tap) =>
        (channel * Pixels) + (tap / _grid.WindowWidth * _grid.Dilation * Width)
        + (tap % _grid.WindowWidth * _grid.Dilation);

    private float* Inside(float* padded) => padded + (_grid.Padding * Width) + _grid.Padding;

    private void CopyRows<TLanes, TVector>(
        float* from, int fromWidth, int fromPixels, float* to, int toWidth, int toPixels)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var channel = 0; channel < channels; channel++, from += fromPixels, to += toPixels)
        {
            ImageRows.Copy<TLanes, TVector>(from, fromWidth, to, toWidth, _grid.Height, _grid.Width);
        }
    }
}
