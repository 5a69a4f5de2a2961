using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The reads of each row of a table, and the sums of what comes back to them.</summary>
/// <remarks>
/// Note [Rows that nobody reads]: a chain of additions from +0 never ends at −0, nor does a sum of such chains, and
/// adding +0 to anything else changes nothing. So a micro-batch that does not read a row is left out of the row's tree:
/// of a large table a mini-batch reads few rows, each by few micro-batches, where the definition adds up a whole table
/// for every micro-batch. Two micro-batches meet at the tree's node whose level is the highest bit in which their
/// indices differ.
/// Shapes: as for <see cref="TableRows"/>; dy is what comes back. For one thread.
/// </remarks>
internal readonly unsafe struct RowSums
{
    internal const int None = -1;

    /// <summary>Levels of the tree over fewer than 2³¹ micro-batches.</summary>
    private const int LevelsMax = 31;

    private readonly TableRows _table;
    private readonly float* _dy;
    private readonly int _firstMicrobatch;
    private readonly int _perMicrobatch;

    /// <summary>Per row its first read, per read the next of the same row.</summary>
    private readonly int* _first;
    private readonly int* _next;

    /// <summary>Sums over micro-batches of the range, none of whose reads is linked yet.</summary>
    internal RowSums(in TableRows table, float* dy, in MicrobatchRange range, ref float* workspace)
    {
        _table = table;
        _dy = dy;
        (_firstMicrobatch, _perMicrobatch) = (range.First, range.Size * table.PerSample);
        _first = (int*)AlignedBuffer.Take(ref workspace, table.Count);
        _next = (int*)AlignedBuffer.Take(ref workspace, range.Samples * table.PerSample);
        new Span<int>(_first, table.Count).Fill(None);
    }

    /// <summary>What the constructor takes of the workspace.</summary>
    internal static int WorkspaceFloats(int count, int reads) =>
        checked(AlignedBuffer.WholeLines(count) + AlignedBuffer.WholeLines(reads));

    /// <summary>Links the reads from … to − 1, each row's in their order; no row has any before.</summary>
    internal void Link(int from, int to)
    {
        for (var read = to - 1; read >= from; read--)
        {
            if (_table[read] is var row and >= 0)
            {
                _next[read] = _first[row];
                _first[row] = read;
            }
        }
    }

    /// <summary>The row whose first linked read this is, which has none any more then; else None.</summary>
    internal int TakeRow(int read)
    {
        var row = _table[read];
        if (row < 0 || _first[row] != read)
        {
            return None;
        }

        _first[row] = None;
        return row;
    }

    /// <summary>Writes the sum of what comes back to a row, from its first read on.</summary>
    internal void Sum<TLanes, TVector>(int read, float* sum)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (_table.Width >= TLanes.Count)
        {
            Columns<TLanes, TVector>(read, sum);
        }
        else if (_table.Width >= Lanes128.Count)
        {
            Columns<Lanes128, Vector128<float>>(read, sum);
        }
        else
        {
            Columns<ScalarLanes, float>(read, sum);
        }
    }

    /// <summary>Needs width ≥ TLanes.Count: the last vector overlaps the one before it.</summary>
    [SkipLocalsInit]
    [MethodImpl(HotLoop.Options)]
    private void Columns<TLanes, TVector>(int first, float* sum)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var stack = stackalloc float[LevelsMax * TLanes.Count];
        var microbatch = _firstMicrobatch + (first / _perMicrobatch);
        for (var i = 0; i < _table.Width; i += TLanes.Count)
        {
            var column = Math.Min(i, _table.Width - TLanes.Count);
            TLanes.Store(Column<TLanes, TVector>(first, microbatch, column, stack), sum + column);
        }
    }

    /// <summary>One vector of a row's sum. Sums wait on the stack to meet others at ever lower levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Column<TLanes, TVector>(int read, int microbatch, int column, float* top)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var dy = _dy + column;
        var sum = TLanes.Add(TLanes.Zero, TLanes.Load(dy + ((nint)read * _table.Width)));

        // A bit for each level at which a sum waits.
        var levels = 0u;
        while ((read = _next[read]) != None)
        {
            var own = _firstMicrobatch + (read / _perMicrobatch);
            if (own != microbatch)
            {
                var level = 1u << BitOperations.Log2((uint)(own ^ microbatch));
                for (; (levels & (level - 1)) != 0; levels &= levels - 1)
                {
                    sum = TLanes.Add(TLanes.Load(top -= TLanes.Count), sum);
                }

                TLanes.Store(sum, top);
                top += TLanes.Count;
                (microbatch, levels, sum) = (own, levels | level, TLanes.Zero);
            }

            sum = TLanes.Add(sum, TLanes.Load(dy + ((nint)read * _table.Width)));
        }

        for (; levels != 0; levels &= levels - 1)
        {
            sum = TLanes.Add(TLanes.Load(top -= TLanes.Count), sum);
        }

        return sum;
    }
}
