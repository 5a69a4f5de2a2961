using System.Numerics;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>A weight gradient xᵀ · dy over a range of micro-batches, summed along the canonical tree.</summary>
/// <remarks>
/// Shapes: x [rows, m] and dy [rows, n], where micro-batch q of the range has SamplesIn(q) · rowsPerSample of the rows,
/// one after the other. For each piece p of the range (<see cref="CanonicalTree.Pieces"/>), pieces + p · pieceStride
/// receives [m, n]: the tree's sum over the piece's micro-batches of g[i, j], which is one chain of fused
/// multiply-adds from +0 over the micro-batch's rows. A node's value is left + right. An empty range has no pieces.
/// The workspace is 64-byte aligned, the other operands may have any alignment of a float; nothing overlaps.
/// </remarks>
internal static unsafe class MicrobatchProduct
{
    /// <summary>How many floats of workspace are needed; enough for fewer rows and micro-batches, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int n, int rows, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        return checked(GradientBlock.StackFloats<TLanes, TVector>(microbatches)
            + GradientBlock.LeftFloats<TLanes, TVector>(m, n, rows)
            + Blocking.RoundUp(microbatches, AlignedBuffer.LineFloats)
            + GradientStretch.ListFloats(rows, microbatches)
            + WaitingFloats<TLanes, TVector>(n, rows, microbatches)
            + Blocking.GradientRightFloats<TLanes, TVector>(n, rows)
            + (m > 0 ? AlignedBuffer.LineFloats : 0));
    }

    /// <summary>The most floats of a strip's tiles, of one panel at least; their padding counts.</summary>
    internal static int StripMax<TLanes, TVector>(int n)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => Blocking.RoundUp(
            Math.Max(
                2 * StripShares.StripFloats,
                checked(Blocking.RoundUp(n, TLanes.Count) * TileShapes.HeightMax<TLanes, TVector>())),
            AlignedBuffer.LineFloats);

    internal static void Run<TLanes, TVector>(
        int m,
        int n,
        MicrobatchRange range,
        int rowsPerSample,
        float* x,
        int xRowStride,
        float* dy,
        int dyRowStride,
        float* pieces,
        int pieceStride,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1 || m <= 0 || n <= 0 || range.Count <= 0)
        {
            MicrobatchProductDefinition.Run(
                m, n, range, rowsPerSample, x, xRowStride, dy, dyRowStride, pieces, pieceStride);
            return;
        }

        var block = BlockOf<TLanes, TVector>(m, n, range, rowsPerSample, xRowStride, workspace, out var room);
        block.PieceStride = pieceStride;
        block.Stride = n;
        block.AsksForResults = Blocking.AsksForResults(m, n, block.Depth);
        var columns = block.ColumnsMax<TLanes, TVector>(n);
        var strip = block.StretchCount == 1
            ? block.Panels.Count
            : Math.Max(1, block.StripFloats / block.PanelFloats<TLanes, TVector>(columns));
        for (var j = 0; j < n; j += columns)
        {
            block.Pieces = pieces + j;
            block.TakeRight<TLanes, TVector>(dy, dyRowStride, j, Math.Min(columns, n - j), block.Panels.Count, room);
            for (var panel = 0; panel < block.Panels.Count; panel += strip)
            {
                block.Run<TLanes, TVector>(
                    new MatrixView(x, xRowStride, transposed: true), panel,
                    Math.Min(panel + strip, block.Panels.Count));
            }

            block.LeftIsPacked = block.KeepsLeft;
        }
    }

    /// <summary>A block before it is told its columns and where its results go.</summary>
    /// <param name="room">The rest of the workspace, for the right factor.</param>
    internal static GradientBlock BlockOf<TLanes, TVector>(
        int m, int n, MicrobatchRange range, int rowsPerSample, int xRowStride, float* workspace, out float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var rows = range.Samples * rowsPerSample;
        var left = workspace + GradientBlock.StackFloats<TLanes, TVector>(range.Count);
        var merges = left + GradientBlock.LeftFloats<TLanes, TVector>(m, n, rows);
        var stretches = (GradientStretch*)(merges + Blocking.RoundUp(range.Count, AlignedBuffer.LineFloats));
        var waiting = (float*)stretches + GradientStretch.ListFloats(rows, range.Count);
        room = waiting + WaitingFloats<TLanes, TVector>(n, rows, range.Count);
        var block = new GradientBlock
        {
            Stretches = stretches,
            StretchCount = GradientStretch.Write(range, rowsPerSample, (int*)merges, stretches),
            Depth = rows,
            Rows = m,
            Panels = RowPanels.Of<TLanes, TVector>(m, n),
            Stack = workspace,
            Left = left,
            TakesTurns = !Blocking.LiesFarApart(n),
            Waiting = waiting,
            WaitingStep = StripMax<TLanes, TVector>(n),
        };
        block.AsksForLeft = block.StretchCount > 1;
        block.KeepsLeft = block.StretchCount == 1 && block.ColumnsMax<TLanes, TVector>(n) < n
            && GradientBlock.Keeps(m, rows);
        block.LeftIsInPlace = Blocking.ReadsInPlace<TLanes, TVector>(
            xRowStride, Blocking.WidePanels<TLanes, TVector>(n), block.StretchDepth, Blocking.InPlaceLinesMax);
        return block;
    }

    /// <summary>Room for the sums of stretches, of a strip each, that can wait at one time.</summary>
    private static int WaitingFloats<TLanes, TVector>(int n, int rows, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => GradientStretch.AreSeveral(rows)
            ? checked(StripMax<TLanes, TVector>(n) * (BitOperations.Log2((uint)microbatches) + 1))
            : 0;
}
