using System.Numerics;
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
        var waiting = BitOperations.Log2((uint)Math.Max(microbatches, 1)) + 1;
        var product = Math.Max(
            Product<TLanes, TVector>(shape, shape.ChannelsAtOnce),
            Product<TLanes, TVector>(shape, shape.Channels % shape.ChannelsAtOnce));
        return checked(shape.PatchFloats + (ConvolutionShape.Lines(shape.FilterFloats) * (waiting + 1)) + product);
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

        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        var count = CanonicalTree.Pieces(range.First, range.Count, blocks);
        for (var p = 0; p < count; p++)
        {
            var first = blocks[p].First - range.First;
            var piece = MicrobatchRange.Part(range.Samples, range.Size, first, blocks[p].Size);
            var sample = (nint)first * range.Size;
            Piece<TLanes, TVector>(
                shape, piece, x + (sample * shape.ImageFloats), dy + (sample * shape.ResultFloats),
                pieces + ((nint)p * pieceStride), workspace);
        }
    }

    /// <summary>
    /// One piece: after micro-batch k as many neighbours are merged as k + 1 has factors of two. What waits lies in the
    /// workspace, the lowest of it in the result's own memory.
    /// </summary>
    private static void Piece<TLanes, TVector>(
        in ConvolutionShape shape, in MicrobatchRange piece, float* x, float* dy, float* result, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var size = ConvolutionShape.Lines(shape.FilterFloats);
        var scratch = workspace + shape.PatchFloats;
        var stack = scratch + size;
        var room = stack + ((nint)size * (BitOperations.Log2((uint)piece.Count) + 1));
        var waiting = 0;
        for (var leaf = 0; leaf < piece.Count; leaf++)
        {
            var sum = Slot(waiting++);
            for (var i = 0; i < piece.SamplesIn(leaf); i++, x += shape.ImageFloats, dy += shape.ResultFloats)
            {
                Sample<TLanes, TVector>(shape, x, dy, i == 0 ? sum : scratch, workspace, room);
                if (i > 0)
                {
                    Add(sum, scratch, shape.FilterFloats);
                }
            }

            for (var merges = BitOperations.TrailingZeroCount(leaf + 1); merges > 0; merges--)
            {
                waiting--;
                Add(Slot(waiting - 1), Slot(waiting), shape.FilterFloats);
            }
        }

        float* Slot(int index) => index == 0 ? result : stack + ((nint)(index - 1) * size);

        static void Add(float* left, float* right, int count) =>
            ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, left, right, left, count);
    }

    /// <summary>One sample's gradient: per group dy · patchesᵀ, some channels at a time.</summary>
    private static void Sample<TLanes, TVector>(
        in ConvolutionShape shape, float* x, float* dy, float* dw, float* patches, float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (grid, inner) = (shape.Grid, shape.Inner);
        for (var group = 0; group < shape.Groups; group++)
        {
            var upstream = dy + ((nint)group * shape.Filters * grid.Positions);
            for (var channel = 0; channel < shape.Channels; channel += shape.ChannelsAtOnce)
            {
                var channels = Math.Min(shape.ChannelsAtOnce, shape.Channels - channel);
                var image = x + ((nint)((group * shape.Channels) + channel) * grid.ImagePixels);
                Patches.Gather<TLanes, TVector>(grid, channels, image, 0, grid.Rows, patches);
                MatrixProduct.Run<TLanes, TVector, Identity>(
                    shape.Filters, channels * grid.Taps, grid.Positions,
                    new MatrixView(upstream, grid.Positions, transposed: false),
                    new MatrixView(patches, grid.Positions, transposed: true),
                    dw + ((nint)group * shape.Filters * inner) + (channel * grid.Taps), inner, null, default, room);
            }
        }
    }

    private static int Product<TLanes, TVector>(in ConvolutionShape shape, int channels)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        MatrixProduct.WorkspaceFloats<TLanes, TVector>(
            shape.Filters, channels * shape.Grid.Taps, shape.Grid.Positions);
}
