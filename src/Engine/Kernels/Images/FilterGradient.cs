using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its filters over a range of micro-batches, along the canonical tree.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>; piece p goes to pieces + p · pieceStride. Every path gives the bits of
/// <see cref="ConvolutionDefinition.FilterGradient"/>. The workspace is 64-byte aligned; its size does not grow with
/// the samples, and grows with the logarithm of the micro-batches.
/// </remarks>
internal static unsafe class FilterGradient
{
    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var product = Math.Max(
            Product<TLanes, TVector>(shape, shape.ChannelsAtOnce),
            Product<TLanes, TVector>(shape, shape.Channels % shape.ChannelsAtOnce));
        return checked(shape.PatchFloats + ConvolutionShape.Lines(shape.FilterFloats)
            + MicrobatchTree.WaitingFloats(shape.FilterFloats, microbatches) + product);
    }

    internal static void Run<TLanes, TVector>(
        in ConvolutionShape shape,
        in MicrobatchRange range,
        float* x,
        float* dy,
        float* pieces,
        int pieceStride,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.FilterGradient(shape, range, x, dy, pieces, pieceStride);
            return;
        }

        var scratch = workspace + shape.PatchFloats;
        var waiting = scratch + ConvolutionShape.Lines(shape.FilterFloats);
        var room = waiting + MicrobatchTree.WaitingFloats(shape.FilterFloats, range.Count);
        var sample = new Sample<TLanes, TVector>
        {
            Shape = shape,
            X = x,
            Upstream = dy,
            Patches = workspace,
            Scratch = scratch,
            Room = room,
        };
        MicrobatchTree.Run<TLanes, TVector, Sample<TLanes, TVector>>(
            sample, shape.FilterFloats, range, pieces, pieceStride, waiting);
    }

    private static int Product<TLanes, TVector>(in ConvolutionShape shape, int channels)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        MatrixProduct.WorkspaceFloats<TLanes, TVector>(
            shape.Filters, channels * shape.Grid.Taps, shape.Grid.Positions);

    /// <summary>One sample's gradient: per group dy · patchesᵀ, some channels at a time.</summary>
    private struct Sample<TLanes, TVector> : ISampleSum
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        internal ConvolutionShape Shape;
        internal float* X;
        internal float* Upstream;
        internal float* Patches;
        internal float* Scratch;
        internal float* Room;

        public readonly void Add(nint sample, bool isFirst, float* sum)
        {
            Write(X + (sample * Shape.ImageFloats), Upstream + (sample * Shape.ResultFloats), isFirst ? sum : Scratch);
            if (!isFirst)
            {
                ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, sum, Scratch, sum, Shape.FilterFloats);
            }
        }

        private readonly void Write(float* x, float* dy, float* dw)
        {
            var (grid, inner) = (Shape.Grid, Shape.Inner);
            for (var group = 0; group < Shape.Groups; group++)
            {
                var upstream = dy + ((nint)group * Shape.Filters * grid.Positions);
                for (var channel = 0; channel < Shape.Channels; channel += Shape.ChannelsAtOnce)
                {
                    var channels = Math.Min(Shape.ChannelsAtOnce, Shape.Channels - channel);
                    var image = x + ((nint)((group * Shape.Channels) + channel) * grid.ImagePixels);
                    Images.Patches.Gather<TLanes, TVector>(grid, channels, image, 0, grid.Rows, Patches);
                    MatrixProduct.Run<TLanes, TVector, Identity>(
                        Shape.Filters, channels * grid.Taps, grid.Positions,
                        new MatrixView(upstream, grid.Positions, transposed: false),
                        new MatrixView(Patches, grid.Positions, transposed: true),
                        dw + ((nint)group * Shape.Filters * inner) + (channel * grid.Taps), inner, null, default, Room);
                }
            }
        }
    }
}
