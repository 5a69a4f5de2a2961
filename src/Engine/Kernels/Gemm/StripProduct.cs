using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>A weight gradient over a whole mini-batch that is handed on in strips of some rows.</summary>
/// <remarks>
/// Shapes and sums as in <see cref="MicrobatchProduct"/>, over a range from micro-batch 0 on whose pieces are finished
/// along the tree, so every path gives the bits of <see cref="MicrobatchProductDefinition"/> and a finished tree.
/// </remarks>
internal static unsafe class StripProduct
{
    /// <summary>
    /// Multiply-adds that make a strip worth taking, two microseconds of them: what it costs beside is some tenths.
    /// </summary>
    private const int StripWork = 1 << 18;

    /// <summary>A factor of 64 KB is in the second-level cache as soon as its first lines are used.</summary>
    private const int AskFloatsMax = 16 * 1024;

    /// <summary>How many floats of workspace are needed; enough for fewer micro-batches, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int n, int rows, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => checked(
        (MicrobatchProduct.StripMax<TLanes, TVector>(n) * CanonicalTree.PiecesMax(microbatches))
        + Blocking.RoundUp(m, AlignedBuffer.LineFloats)
        + MicrobatchProduct.WorkspaceFloats<TLanes, TVector>(m, n, rows, microbatches));

    /// <summary>Sums strips of the gradient, as long as there are some to take, and hands them on.</summary>
    /// <remarks>Units: place is where in the flat buffer the gradient's first row belongs; rows there follow each
    /// other.</remarks>
    internal static void Run<TLanes, TVector>(
        int m,
        int n,
        MicrobatchRange batch,
        int rowsPerSample,
        float* x,
        float* dy,
        FinishPlan finish,
        StripShares.Taker taker,
        IGradientStrips strips,
        int place,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (m <= 0 || n <= 0 || batch.Count <= 0)
        {
            return;
        }

        var strip = new Strip(workspace, MicrobatchProduct.StripMax<TLanes, TVector>(n), n, finish, strips, place);
        workspace += strip.PieceStride * finish.PieceCount;
        if (TLanes.Count == 1)
        {
            RunDefinition<TLanes, TVector>(m, n, batch, rowsPerSample, x, dy, taker, strip);
            return;
        }

        var isPacked = (int*)workspace;
        new Span<int>(isPacked, m).Clear();
        workspace += Blocking.RoundUp(m, AlignedBuffer.LineFloats);
        var block = MicrobatchProduct.BlockOf<TLanes, TVector>(m, n, batch, rowsPerSample, m, workspace, out var room);
        block.PieceStride = strip.PieceStride;
        if (taker.Workers > 1)
        {
            block.AsksForLeft |= !AskForSmall(x, (long)m * block.Depth);
            AskForSmall(dy, (long)n * block.Depth);
        }

        var (rowsPerWorker, panelsPerWorker) = (m / taker.Workers, block.Panels.Count / taker.Workers);
        var asks = Blocking.AsksForResults(rowsPerWorker, n, block.Depth);
        var columnsMax = block.ColumnsMax<TLanes, TVector>(n);
        var perPanel = block.PanelFloats<TLanes, TVector>(columnsMax);
        var panels = taker.PerStrip(
            block.Panels.Count, (int)(StripWork / ((long)perPanel * block.Depth)) + 1,
            block.StripFloats / perPanel);
        var count = StripShares.PartsOf(block.Panels.Count, panels);
        var blocks = StripShares.PartsOf(n, columnsMax);
        var current = -1;
        for (int taken; (taken = taker.Take(count, blocks)) >= 0;)
        {
            var (column, i) = (taken / count * columnsMax, taken % count);
            if (column != current)
            {
                var columns = Math.Min(columnsMax, n - column);
                block.TakeRight<TLanes, TVector>(dy, n, column, columns, panelsPerWorker, room);
                block.Stride = columns;
                block.Besides = new Besides(strips, place + column, n, asks);
                current = column;
            }

            block.LeftIsPacked = isPacked[i] != 0;
            isPacked[i] = block.KeepsLeft ? 1 : 0;
            RunStrip<TLanes, TVector>(
                block, x, i * panels, Math.Min((i + 1) * panels, block.Panels.Count), column, strip);
        }
    }

    /// <summary>
    /// Asks for a factor that other cores have just written the most of, if it is small, and returns whether it is:
    /// waited for line by line, a small one takes longer than its product.
    /// </summary>
    [MethodImpl(HotLoop.Options)]
    private static bool AskForSmall(float* factor, long floats)
    {
        if (floats > AskFloatsMax)
        {
            return false;
        }

        TileKernels.Prefetch(factor, stride: 0, rows: 1, (int)floats);
        return true;
    }

    /// <summary>One strip: panels from … to before the end, columns from the given one on.</summary>
    private static void RunStrip<TLanes, TVector>(
        GradientBlock block, float* x, int from, int end, int column, in Strip strip)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var row = block.Panels.FirstRow(from);
        block.Pieces = strip.Sums - ((nint)row * block.Stride);
        block.Run<TLanes, TVector>(new MatrixView(x, block.Rows, transposed: true), from, end);
        strip.Hand<TLanes, TVector>(
            row, Math.Min(block.Panels.FirstRow(end), block.Rows) - row, column, block.Columns);
    }

    private static void RunDefinition<TLanes, TVector>(
        int m, int n, MicrobatchRange batch, int rowsPerSample, float* x, float* dy, StripShares.Taker taker,
        in Strip strip)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var most = taker.PerStrip(m, least: 1, strip.PieceStride / n);
        for (int taken; (taken = taker.Take(StripShares.PartsOf(m, most), 1)) >= 0;)
        {
            var row = taken * most;
            var rows = Math.Min(most, m - row);
            MicrobatchProductDefinition.Run(
                rows, n, batch, rowsPerSample, x + row, m, dy, n, strip.Sums, strip.PieceStride);
            strip.Hand<TLanes, TVector>(row, rows, 0, n);
        }
    }

    /// <summary>Where strips are summed, a piece behind the other, and where they go.</summary>
    private readonly struct Strip(
        float* sums, int pieceStride, int n, FinishPlan finish, IGradientStrips strips, int place)
    {
        internal float* Sums => sums;

        internal int PieceStride => pieceStride;

        /// <summary>Finishes the tree over the pieces of some rows and columns and hands them on.</summary>
        internal void Hand<TLanes, TVector>(int row, int rows, int column, int columns)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            if (finish.PieceCount > 1)
            {
                finish.Run<TLanes, TVector>(sums, pieceStride, rows * columns, sums);
            }

            strips.Take(sums, rows, columns, place + (row * n) + column, n);
        }
    }
}
