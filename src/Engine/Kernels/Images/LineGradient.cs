using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its images, computed line by line: vectors are positions.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The products wᵀ · dy of as many positions as a register tile is wide
/// are added to the pixels a few lines at once. Positions come from the last to the first.
/// </remarks>
internal static unsafe class LineGradient
{
    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        ConvolutionRoom<TLanes, TVector>.Floats(shape, shape.Filters);

    internal static int PackedFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        checked(shape.Groups * PackedLeft.Floats<TLanes, TVector>(
            shape.Inner, shape.Filters, ConvolutionRoom<TLanes, TVector>.PanelWidth));

    /// <summary>
    /// dx = f(gradient, z), from dy and w; z null is the gradient itself. The workspace is 64-byte aligned.
    /// </summary>
    internal static void Run<TLanes, TVector, TOperator>(
        in ConvolutionShape shape,
        int samples,
        float* dy,
        float* w,
        float* z,
        TOperator f,
        float* dx,
        float* packed,
        bool isPacked,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        var room = new ConvolutionRoom<TLanes, TVector>(shape, shape.Inner, shape.Filters, packed, workspace);
        room.Image.WriteOffsetsByTap(room.Offsets);
        for (var group = 0; group < shape.Groups && !isPacked; group++)
        {
            Pack(shape, room, group, w + ((nint)group * shape.Filters * shape.Inner));
        }

        var imageFloats = shape.Channels * shape.Grid.ImagePixels;
        for (var part = 0; part < samples * shape.Groups; part++, dx += imageFloats)
        {
            room.Image.Clear(room.Padded);
            var upstream = dy + ((nint)part * shape.Filters * shape.Grid.Positions);
            RunPart(shape, room, room.Filters(part % shape.Groups), upstream);
            room.Image.Take<TLanes, TVector>(room.Padded, dx);
            if (z != null)
            {
                ElementWiseLoop.Binary<TLanes, TVector, TOperator>(f, dx, z, dx, imageFloats);
                z += imageFloats;
            }
        }
    }

    /// <summary>
    /// Packs a group's filters with their lines in the order tap, channel: lines that follow each other then go to
    /// different channels, and none waits for pixels that the one before it has just written.
    /// </summary>
    private static void Pack<TLanes, TVector>(
        in ConvolutionShape shape, in ConvolutionRoom<TLanes, TVector> room, int group, float* w)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (taps, channels, inner) = (shape.Grid.Taps, shape.Channels, shape.Inner);
        var packed = room.Filters(group);
        for (var panel = 0; panel < packed.Panels.Count; panel++)
        {
            var (row, height) = (packed.Panels.FirstRow(panel), packed.Panels.Height(panel));
            var to = packed.At(panel, 0).Data;
            for (var filter = 0; filter < shape.Filters; filter++)
            {
                for (var line = row; line < row + height; line++)
                {
                    *to++ = line < inner ? w[(filter * inner) + (line % channels * taps) + (line / channels)] : 0;
                }
            }
        }
    }

    /// <summary>One sample and group, onto the padded image.</summary>
    private static void RunPart<TLanes, TVector>(
        in ConvolutionShape shape, in ConvolutionRoom<TLanes, TVector> room, PackedLeft filters, float* dy)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = ConvolutionRoom<TLanes, TVector>.PanelWidth;
        Span<PatchPiece> pieces = stackalloc PatchPiece[wide];
        var upstream = new MatrixView(dy, shape.Grid.Positions, transposed: true);
        var block = new ProductBlock { Scratch = room.Tile, Rows = shape.Inner, Panels = filters.Panels };
        for (var first = (shape.Grid.Positions - 1) / wide * wide; first >= 0; first -= wide)
        {
            block.Columns = Math.Min(shape.Grid.Positions - first, wide);
            var width = ConvolutionRoom<TLanes, TVector>.WidthFor(block.Columns);
            var patches = new PatchPanel<TLanes, TVector>(shape.Grid, room.Image, first, block.Columns, width, pieces);
            block.Stride = width;
            var line = 0;
            for (var panel = 0; panel < filters.Panels.Count; panel++)
            {
                block.C = room.Result - ((nint)line * width);
                for (block.Start = 0; block.Start < shape.Filters; block.Start += room.Depth)
                {
                    block.Depth = Math.Min(room.Depth, shape.Filters - block.Start);
                    block.IsLast = block.Start + block.Depth == shape.Filters;
                    if (panel == 0 || room.Depth < shape.Filters)
                    {
                        Packing.Pack<TLanes, TVector>(
                            upstream, first, block.Columns, block.Start, block.Depth, room.Right, width);
                    }

                    block.Right = RightFactor.OfPanel(room.Right, block.Columns, block.Depth);
                    block.RunPanel<TLanes, TVector, Identity>(panel, filters.At(panel, block.Start), default);
                }

                var done = panel + 1;
                if (done % ConvolutionRoom<TLanes, TVector>.PanelsAtOnce == 0 || done == filters.Panels.Count)
                {
                    var end = Math.Min(filters.Panels.FirstRow(done), shape.Inner);
                    patches.Scatter(room.Result, room.Offsets + line, end - line, room.Padded);
                    line = end;
                }
            }
        }
    }
}
