using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Images;

/// <summary>What every path of the convolution kernels equals bit for bit: loops over single elements.</summary>
internal static unsafe class ConvolutionDefinition
{
    /// <summary>y[o, r, c] = Σ w · x: one chain of fused multiply-adds over channel, tap row, tap column.</summary>
    internal static void Forward(in ConvolutionShape shape, int samples, float* x, float* w, float* y)
    {
        var grid = shape.Grid;
        for (var sample = 0; sample < samples; sample++)
        {
            for (var filter = 0; filter < shape.Groups * shape.Filters; filter++)
            {
                var image = GroupOf(shape, filter, x + ((nint)sample * shape.ImageFloats));
                for (var position = 0; position < grid.Positions; position++)
                {
                    var sum = 0f;
                    for (var k = 0; k < shape.Inner; k++)
                    {
                        sum = MathF.FusedMultiplyAdd(
                            w[((nint)filter * shape.Inner) + k], Seen(grid, image, k, position), sum);
                    }

                    *y++ = sum;
                }
            }
        }
    }

    /// <summary>
    /// dx[c, i, j]: from +0, the taps that see the pixel are added in ascending order, each a chain of fused
    /// multiply-adds over the group's filters.
    /// </summary>
    internal static void InputGradient(in ConvolutionShape shape, int samples, float* dy, float* w, float* dx)
    {
        for (var sample = 0; sample < samples; sample++, dy += shape.ResultFloats)
        {
            for (var channel = 0; channel < shape.Groups * shape.Channels; channel++)
            {
                for (var row = 0; row < shape.Grid.Height; row++)
                {
                    for (var column = 0; column < shape.Grid.Width; column++)
                    {
                        *dx++ = Pixel(shape, channel, row, column, dy, w);
                    }
                }
            }
        }
    }

    /// <summary>
    /// dw[o, k] for each piece of the range: along the canonical tree over micro-batches; a micro-batch is its samples
    /// added in order; a sample is one chain of fused multiply-adds over positions.
    /// </summary>
    internal static void FilterGradient(
        in ConvolutionShape shape, in MicrobatchRange range, float* x, float* dy, float* pieces, int pieceStride)
    {
        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        var count = CanonicalTree.Pieces(range.First, range.Count, blocks);
        for (var piece = 0; piece < count; piece++)
        {
            for (var i = 0; i < shape.FilterFloats; i++)
            {
                pieces[((nint)piece * pieceStride) + i] =
                    Node(shape, range, x, dy, i, blocks[piece].First - range.First, blocks[piece].Size);
            }
        }
    }

    private static float Pixel(in ConvolutionShape shape, int channel, int row, int column, float* dy, float* w)
    {
        var grid = shape.Grid;
        var (group, inGroup) = (channel / shape.Channels, channel % shape.Channels);
        var sum = 0f;
        for (var tap = 0; tap < grid.Taps; tap++)
        {
            var (up, left) = (grid.Look(0, tap / grid.WindowWidth), grid.Look(0, tap % grid.WindowWidth));
            var (atRow, atColumn) = (row - up, column - left);
            if (atRow < 0 || atRow % grid.Stride != 0 || atRow / grid.Stride >= grid.Rows
                || atColumn < 0 || atColumn % grid.Stride != 0 || atColumn / grid.Stride >= grid.Columns)
            {
                continue;
            }

            var position = (atRow / grid.Stride * grid.Columns) + (atColumn / grid.Stride);
            var chain = 0f;
            for (var filter = group * shape.Filters; filter < (group + 1) * shape.Filters; filter++)
            {
                chain = MathF.FusedMultiplyAdd(
                    w[((nint)filter * shape.Inner) + (inGroup * grid.Taps) + tap],
                    dy[((nint)filter * grid.Positions) + position],
                    chain);
            }

            sum += chain;
        }

        return sum;
    }

    private static float Node(
        in ConvolutionShape shape, in MicrobatchRange range, float* x, float* dy, int element, int first, int size)
    {
        if (size > 1)
        {
            return Node(shape, range, x, dy, element, first, size / 2)
                + Node(shape, range, x, dy, element, first + (size / 2), size / 2);
        }

        var (filter, k) = (element / shape.Inner, element % shape.Inner);
        var sum = 0f;
        for (var i = 0; i < range.SamplesIn(first); i++)
        {
            var sample = (nint)(first * range.Size) + i;
            var image = GroupOf(shape, filter, x + (sample * shape.ImageFloats));
            var upstream = dy + (sample * shape.ResultFloats) + ((nint)filter * shape.Grid.Positions);
            var chain = 0f;
            for (var position = 0; position < shape.Grid.Positions; position++)
            {
                chain = MathF.FusedMultiplyAdd(upstream[position], Seen(shape.Grid, image, k, position), chain);
            }

            sum = i == 0 ? chain : sum + chain;
        }

        return sum;
    }

    /// <summary>The channels that a filter sees.</summary>
    private static float* GroupOf(in ConvolutionShape shape, int filter, float* image) =>
        image + ((nint)(filter / shape.Filters) * shape.Channels * shape.Grid.ImagePixels);

    /// <summary>What tap k, counted over channels, sees at a position.</summary>
    private static float Seen(in WindowGrid grid, float* image, int k, int position)
    {
        var (channel, tap) = (k / grid.Taps, k % grid.Taps);
        var row = grid.Look(position / grid.Columns, tap / grid.WindowWidth);
        var column = grid.Look(position % grid.Columns, tap % grid.WindowWidth);
        var isInside = (uint)row < (uint)grid.Height && (uint)column < (uint)grid.Width;
        return isInside ? image[((nint)channel * grid.ImagePixels) + ((nint)row * grid.Width) + column] : 0f;
    }
}
