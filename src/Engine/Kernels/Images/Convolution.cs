using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Convolutions as matrix products with panels of patches.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The filters are packed once. Then, sample by sample and group by group,
/// the patches of as many positions as a register tile is wide are gathered straight into a packed panel, which stays
/// in a near cache while all filters pass; there is no matrix of patches. Neither panels nor blocks cut a chain, so
/// every path gives the bits of <see cref="ConvolutionDefinition"/>, which the scalar one is.
/// </remarks>
internal static unsafe class Convolution
{
    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        ConvolutionRoom<TLanes, TVector>.Floats(shape, shape.Filters, shape.Inner);

    /// <summary>y = x ∗ w. The workspace is 64-byte aligned.</summary>
    internal static void Run<TLanes, TVector>(
        in ConvolutionShape shape, int samples, float* x, float* w, float* y, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.Forward(shape, samples, x, w, y);
            return;
        }

        var room = new ConvolutionRoom<TLanes, TVector>(shape, shape.Filters, shape.Inner, workspace);
        room.Image.WriteOffsets(room.Offsets);
        for (var group = 0; group < shape.Groups; group++)
        {
            var filters = w + ((nint)group * shape.Filters * shape.Inner);
            room.Pack(group, new MatrixView(filters, shape.Inner, transposed: false));
        }

        room.Image.Clear(room.Padded);
        for (var part = 0; part < samples * shape.Groups; part++)
        {
            var image = x + ((nint)part * shape.Channels * shape.Grid.ImagePixels);
            var result = y + ((nint)part * shape.Filters * shape.Grid.Positions);
            room.Image.Fill<TLanes, TVector>(image, room.Padded);
            RunPart(shape, room, room.Filters(part % shape.Groups), result);
        }
    }

    /// <summary>One sample and group.</summary>
    private static void RunPart<TLanes, TVector>(
        in ConvolutionShape shape, in ConvolutionRoom<TLanes, TVector> room, PackedLeft filters, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        Span<PatchPiece> pieces = stackalloc PatchPiece[ConvolutionRoom<TLanes, TVector>.PanelWidth];
        var block = new ProductBlock
        {
            Scratch = room.Tile,
            Stride = shape.Grid.Positions,
            Rows = shape.Filters,
            Panels = filters.Panels,
        };
        for (var first = 0; first < shape.Grid.Positions; first += ConvolutionRoom<TLanes, TVector>.PanelWidth)
        {
            block.Columns = Math.Min(shape.Grid.Positions - first, ConvolutionRoom<TLanes, TVector>.PanelWidth);
            block.C = y + first;
            var width = ConvolutionRoom<TLanes, TVector>.WidthFor(block.Columns);
            var patches = new PatchPanel<TLanes, TVector>(shape.Grid, room.Image, first, block.Columns, width, pieces);
            for (block.Start = 0; block.Start < shape.Inner; block.Start += room.Depth)
            {
                block.Depth = Math.Min(room.Depth, shape.Inner - block.Start);
                block.IsLast = block.Start + block.Depth == shape.Inner;
                patches.Gather(room.Padded, room.Offsets + block.Start, block.Depth, room.Right);
                block.Right = RightFactor.OfPanel(room.Right, block.Columns, block.Depth);
                for (var panel = 0; panel < filters.Panels.Count; panel++)
                {
                    block.RunPanel<TLanes, TVector, Identity>(panel, filters.At(panel, block.Start), default);
                }
            }
        }
    }
}
