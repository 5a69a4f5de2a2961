namespace Distributed.Engine.Kernels.Images;

/// <summary>The sizes of a convolution.</summary>
/// <remarks>
/// Shapes: x [samples, channels, height, width], w [filters, channels / groups, window height, window width],
/// y [samples, filters, rows, columns]. A group's filters see that group's channels only.
/// </remarks>
internal readonly struct ConvolutionShape(in WindowGrid grid, int channels, int filters, int groups)
{
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
}
