using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Convolutions, and their gradients to the images, as matrix products over gathered patches.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. One sample and group at a time, cut so that the patches of a block stay
/// in the second-level cache; blocks never cut a chain. So every path gives the bits of
/// <see cref="ConvolutionDefinition"/>, which the scalar one is. The workspace is 64-byte aligned.
/// </remarks>
internal static unsafe class Convolution
{
    internal static int ForwardFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        checked(shape.PatchFloats + Math.Max(
            Product<TLanes, TVector>(shape, RowsAtOnce(shape)),
            Product<TLanes, TVector>(shape, shape.Grid.Rows % RowsAtOnce(shape))));

    internal static int InputGradientFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        checked(shape.PatchFloats + MatrixProduct.WorkspaceFloats<TLanes, TVector>(
            shape.ChannelsAtOnce * shape.Grid.Taps, shape.Grid.Positions, shape.Filters));

    /// <summary>y = x ∗ w.</summary>
    internal static void Forward<TLanes, TVector>(
        in ConvolutionShape shape, int samples, float* x, float* w, float* y, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.Forward(shape, samples, x, w, y);
            return;
        }

        var (grid, inner) = (shape.Grid, shape.Inner);
        var rowsAtOnce = RowsAtOnce(shape);
        for (var part = 0; part < samples * shape.Groups; part++)
        {
            var image = x + ((nint)part * shape.Channels * grid.ImagePixels);
            var result = y + ((nint)part * shape.Filters * grid.Positions);
            var filters = w + ((nint)(part % shape.Groups) * shape.Filters * inner);
            for (var row = 0; row < grid.Rows; row += rowsAtOnce)
            {
                var rows = Math.Min(rowsAtOnce, grid.Rows - row);
                var patches = shape.IsPointwise ? image : workspace;
                if (!shape.IsPointwise)
                {
                    Patches.Gather<TLanes, TVector>(grid, shape.Channels, image, row, rows, patches);
                }

                MatrixProduct.Run<TLanes, TVector, Identity>(
                    shape.Filters, rows * grid.Columns, inner, new MatrixView(filters, inner, transposed: false),
                    new MatrixView(patches, rows * grid.Columns, transposed: false), result + (row * grid.Columns),
                    grid.Positions, null, default, workspace + shape.PatchFloats);
            }
        }
    }

    /// <summary>dx from dy and w: what each tap sent to a pixel, added up.</summary>
    internal static void InputGradient<TLanes, TVector>(
        in ConvolutionShape shape, int samples, float* dy, float* w, float* dx, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.InputGradient(shape, samples, dy, w, dx);
            return;
        }

        var (grid, inner) = (shape.Grid, shape.Inner);
        for (var part = 0; part < samples * shape.Groups; part++)
        {
            var image = dx + ((nint)part * shape.Channels * grid.ImagePixels);
            var upstream = dy + ((nint)part * shape.Filters * grid.Positions);
            var filters = w + ((nint)(part % shape.Groups) * shape.Filters * inner);
            new Span<float>(image, shape.Channels * grid.ImagePixels).Clear();
            for (var channel = 0; channel < shape.Channels; channel += shape.ChannelsAtOnce)
            {
                var channels = Math.Min(shape.ChannelsAtOnce, shape.Channels - channel);
                MatrixProduct.Run<TLanes, TVector, Identity>(
                    channels * grid.Taps, grid.Positions, shape.Filters,
                    new MatrixView(filters + (channel * grid.Taps), inner, transposed: true),
                    new MatrixView(upstream, grid.Positions, transposed: false), workspace,
                    grid.Positions, null, default, workspace + shape.PatchFloats);
                Patches.Scatter<TLanes, TVector>(
                    grid, channels, workspace, image + ((nint)channel * grid.ImagePixels));
            }
        }
    }

    private static int RowsAtOnce(in ConvolutionShape shape) =>
        shape.IsPointwise ? Math.Max(shape.Grid.Rows, 1) : shape.RowsAtOnce;

    private static int Product<TLanes, TVector>(in ConvolutionShape shape, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        MatrixProduct.WorkspaceFloats<TLanes, TVector>(shape.Filters, rows * shape.Grid.Columns, shape.Inner);
}
