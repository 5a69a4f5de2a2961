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
    /// <summary>A strip of 64 KB stays in the second-level cache with what it is joined to.</summary>
    private const int StripFloats = 16 * 1024;

    /// <summary>How many floats of workspace are needed; enough for fewer rows and micro-batches, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int n, int rows, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => checked(
        (StripMax<TLanes, TVector>(n) * CanonicalTree.PiecesMax(microbatches))
        + MicrobatchProduct.WorkspaceFloats<TLanes, TVector>(m, n, rows, microbatches));

    /// <summary>Sums m rows of the gradient and gives them to strips.</summary>
    /// <remarks>Units: place is where in the flat buffer the first of them belongs; rows there follow each other.
    /// </remarks>
    internal static void Run<TLanes, TVector>(
        int m,
        int n,
        MicrobatchRange batch,
        int rowsPerSample,
        float* x,
        int xRowStride,
        float* dy,
        FinishPlan finish,
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

        var stripMax = StripMax<TLanes, TVector>(n);
        var strip = workspace;
        workspace += stripMax * finish.PieceCount;
        if (TLanes.Count == 1)
        {
            var rows = stripMax / n;
            for (var row = 0; row < m; row += rows)
            {
                var count = Math.Min(rows, m - row);
                MicrobatchProductDefinition.Run(
                    count, n, batch, rowsPerSample, x + row, xRowStride, dy, n, strip, stripMax);
                Hand<TLanes, TVector>(finish, strip, stripMax, count, n, strips, place + (row * n), n);
            }

            return;
        }

        var block = MicrobatchProduct.BlockOf<TLanes, TVector>(
            m, n, batch, rowsPerSample, xRowStride, workspace, out var room);
        block.PieceStride = stripMax;
        var asks = Blocking.AsksForResults(m, n, block.Depth);
        var columns = Blocking.Columns<TLanes, TVector>(n, block.Depth);
        for (var j = 0; j < n; j += columns)
        {
            block.TakeRight<TLanes, TVector>(dy, n, j, Math.Min(columns, n - j), room);
            block.Stride = block.Columns;
            block.Besides = new Besides(strips, place + j, n, asks);
            RunStrips<TLanes, TVector>(block, n, x, xRowStride, finish, strip, strips, place + j);
            block.LeftIsPacked = block.KeepsLeft;
        }
    }

    /// <summary>All rows of a block, some panels at a time.</summary>
    private static void RunStrips<TLanes, TVector>(
        GradientBlock block, int n, float* x, int xRowStride, FinishPlan finish, float* strip, IGradientStrips strips,
        int place)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var view = new MatrixView(x, xRowStride, transposed: true);
        for (int panel = 0, end; panel < block.Panels.Count; panel = end)
        {
            var row = block.Panels.FirstRow(panel);
            for (end = panel + 1; end < block.Panels.Count; end++)
            {
                if ((block.Panels.FirstRow(end + 1) - row) * block.Columns > StripFloats)
                {
                    break;
                }
            }

            block.Pieces = strip - ((nint)row * block.Stride);
            block.Run<TLanes, TVector>(view, panel, end);
            var rows = Math.Min(block.Panels.FirstRow(end), block.Rows) - row;
            Hand<TLanes, TVector>(
                finish, strip, (int)block.PieceStride, rows, block.Columns, strips, place + (row * n), n);
        }
    }

    /// <summary>Finishes the tree over a strip's pieces and hands it on.</summary>
    private static void Hand<TLanes, TVector>(
        FinishPlan finish, float* strip, int stripStride, int rows, int columns, IGradientStrips strips, int place,
        int placeStride)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (finish.PieceCount > 1)
        {
            finish.Run<TLanes, TVector>(strip, stripStride, rows * columns, strip);
        }

        strips.Take(strip, rows, columns, place, placeStride);
    }

    /// <summary>Room for a strip of at least one panel, or one row of the definition's.</summary>
    private static int StripMax<TLanes, TVector>(int n)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var rows = TLanes.Count == 1 ? 1 : TileShapes.HeightMax<TLanes, TVector>();
        return Blocking.RoundUp(Math.Max(StripFloats, checked(n * rows)), AlignedBuffer.LineFloats);
    }
}
