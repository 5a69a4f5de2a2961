using Distributed.Engine.Errors;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Graphs;

/// <summary>What the operations on images have in common: the rule for their shapes.</summary>
internal static class Images
{
    internal const string Needed = "a batch of images, [batch, channels, height, width]";

    /// <summary>The shape that so many channels have after a window has gone over images of a shape.</summary>
    /// <remarks>Errors: ShapeException where the operand is no batch of images, or smaller than the window.</remarks>
    internal static TensorShape After(string operation, Window2d window, TensorShape images, int channels)
    {
        Check(operation, "the input", images);
        var rows = window.Positions(images.Dimensions[1], window.Height);
        var columns = window.Positions(images.Dimensions[2], window.Width);
        if (rows < 1 || columns < 1)
        {
            var height = ((window.Height - 1) * window.Dilation) + 1;
            var width = ((window.Width - 1) * window.Dilation) + 1;
            Throw.Shape(operation, "the input", images,
                $"images of at least {height} by {width} pixels, padding of {window.Padding} on each side counted");
        }

        return TensorShape.Batch(channels, rows, columns);
    }

    /// <summary>A square window of a pool: stride is its size by default, padding at most half of it.</summary>
    internal static Window2d Pool(int size, int? stride, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padding, size / 2);
        return new Window2d(size, size, stride ?? size, padding);
    }

    internal static void Check(string operation, string operand, TensorShape shape)
    {
        if (!shape.Batched || shape.Rank != 3)
        {
            Throw.Shape(operation, operand, shape, Needed);
        }
    }
}
