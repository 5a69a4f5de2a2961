using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The gradient to a table over a whole mini-batch, handed on in strips of some rows.</summary>
/// <remarks>
/// Shapes and sums as in <see cref="TableGradient"/>, over a range from micro-batch 0 on whose pieces are finished
/// along the tree. The whole gradient is nowhere: a strip is made of zeros in a near cache, whatever comes back to its
/// rows is summed there, and the next strip is made in the same place.
/// </remarks>
internal static unsafe class TableStrips
{
    /// <summary>A strip of 16 KB is worth taking: to update it takes a microsecond.</summary>
    private const int StripFloatsMin = 4 * 1024;

    /// <summary>How many floats of workspace are needed for at most so many samples; enough for fewer, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int perSample, int count, int width, int samples)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var rows = RowsMax(width);
        return TLanes.Count == 1
            ? checked((Stride(width) * CanonicalTree.PiecesMax(samples))
                + DenseTableGradient.WaitingFloats(rows, width, samples))
            : checked(Stride(width) + (2 * RowSums.WorkspaceFloats(count, samples * perSample)));
    }

    /// <summary>Sums strips of the gradient, as long as there are some to take, and hands them on.</summary>
    /// <remarks>
    /// Shapes: dy is what comes back. Units: place is where in the flat buffer the table lies.
    /// </remarks>
    internal static void Run<TLanes, TVector>(
        in TableRows table,
        float* dy,
        in MicrobatchRange batch,
        FinishPlan finish,
        StripShares.Taker taker,
        IGradientStrips strips,
        int place,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var each = taker.PerStrip(table.Count, StripFloatsMin / table.Width, RowsMax(table.Width));
        var count = StripShares.PartsOf(table.Count, each);
        var strip = AlignedBuffer.Take(ref workspace, Stride(table.Width));
        var reads = TLanes.Count == 1
            ? default
            : new StripReads<TLanes, TVector>(table, dy, batch, each, count, workspace);
        for (int taken; (taken = taker.Take(count, 1)) >= 0;)
        {
            var row = taken * each;
            var rows = Math.Min(each, table.Count - row);
            if (TLanes.Count == 1)
            {
                Define(table, dy, batch, row, rows, finish, strip);
            }
            else
            {
                reads.Sum(taken, rows, strip);
            }

            strips.Take(strip, rows, table.Width, place + (row * table.Width), table.Width);
        }
    }

    private static void Define(
        in TableRows table, float* dy, in MicrobatchRange batch, int row, int rows, FinishPlan finish, float* pieces)
    {
        var stride = Stride(table.Width);
        DenseTableGradient.Run<ScalarLanes, float>(
            table, dy, batch, row, rows, pieces, stride, pieces + ((nint)stride * finish.PieceCount));
        finish.Run<ScalarLanes, float>(pieces, stride, rows * table.Width, pieces);
    }

    private static int RowsMax(int width) => Math.Max(1, StripShares.StripFloats / width);

    private static int Stride(int width) => AlignedBuffer.WholeLines(RowsMax(width) * width);

    /// <summary>The reads of each strip's rows.</summary>
    private readonly struct StripReads<TLanes, TVector>
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly TableRows _table;
        private readonly RowSums _sums;
        private readonly int _rows;

        /// <summary>Per strip a read that is a row's first, per such read the next of its strip.</summary>
        private readonly int* _first;
        private readonly int* _next;

        internal StripReads(
            in TableRows table, float* dy, in MicrobatchRange batch, int rows, int strips, float* workspace)
        {
            var reads = batch.Samples * table.PerSample;
            (_table, _rows) = (table, rows);
            _sums = new RowSums(table, dy, batch, ref workspace);
            _first = (int*)AlignedBuffer.Take(ref workspace, strips);
            _next = (int*)AlignedBuffer.Take(ref workspace, reads);
            new Span<int>(_first, strips).Fill(RowSums.None);
            _sums.Link(0, reads);
            for (var read = reads - 1; read >= 0; read--)
            {
                if (_sums.TakeRow(read) is var row and not RowSums.None)
                {
                    ref var first = ref _first[row / rows];
                    (_next[read], first) = (first, read);
                }
            }
        }

        /// <summary>Writes the sums of a strip of so many rows.</summary>
        internal void Sum(int strip, int rows, float* sums)
        {
            new Span<float>(sums, rows * _table.Width).Clear();
            for (var read = _first[strip]; read != RowSums.None; read = _next[read])
            {
                _sums.Sum<TLanes, TVector>(
                    read, sums + ((nint)(_table[read] - (strip * _rows)) * _table.Width));
            }
        }
    }
}
