using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>The sizes of a convolution, and how much of it is worked on at once.</summary>
/// <remarks>
/// Shapes: x [samples, channels, height, width], w [filters, channels / groups, window height, window width],
/// y [samples, filters, rows, columns]. A group's filters see that group's channels only.
/// </remarks>
internal readonly struct ConvolutionShape(in WindowGrid grid, int channels, int filters, int groups)
{
    /// <summary>Floats of patches gathered at once, unless one row or one channel has more: 256 KB.</summary>
    private const int PatchFloatsMax = 64 * 1024;

    internal WindowGrid Grid { get; } = grid;

    internal int Groups { get; } = groups;

    /// <summary>Of one group.</summary>
    internal int Channels { get; } = channels / groups;

    /// <summary>Of one group.</summary>
    internal int Filters { get; } = filters / groups;

    /// <summary>Products in one element of the result: a group's channels times taps.</summary>
    internal int Inner => Channels * Grid.Taps;

    internal int ImageFloats => Groups * Channels * Grid.ImagePixels;

    internal int ResultFloats => Groups * Filters * Grid.Positions;

    internal int FilterFloats => Groups * Filters * Inner;

    /// <summary>True where what the windows see is the image itself.</summary>
    internal bool IsPointwise => Grid.Taps == 1 && Grid.Stride == 1 && Grid.Padding == 0;

    /// <summary>Rows of positions gathered at once.</summary>
    internal int RowsAtOnce =>
        Math.Clamp(PatchFloatsMax / Math.Max(Inner * Grid.Columns, 1), 1, Math.Max(Grid.Rows, 1));

    /// <summary>Channels gathered at once, all positions of each.</summary>
    internal int ChannelsAtOnce =>
        Math.Clamp(PatchFloatsMax / Math.Max(Grid.Taps * Grid.Positions, 1), 1, Math.Max(Channels, 1));

    /// <summary>Room for the patches of either kind of block.</summary>
    internal int PatchFloats => Lines(Math.Max(
        checked(RowsAtOnce * Grid.Columns * Inner), checked(ChannelsAtOnce * Grid.Taps * Grid.Positions)));

    /// <summary>Rounded up to whole cache lines.</summary>
    internal static int Lines(int floats) =>
        (floats + AlignedBuffer.LineFloats - 1) / AlignedBuffer.LineFloats * AlignedBuffer.LineFloats;
}
