using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Cluster.Collectives;

/// <summary>
/// The collective of workers in one process: weights exist once, each worker leaves its partial sums where the
/// others can read them, and two barriers a step keep the phases apart.
/// </summary>
/// <remarks>
/// Reduce-scatter: after the first barrier each worker reads all pieces of the elements it owns. All-gather: after
/// the second the updated weights, which lie in shared memory, are everyone's. Bytes moved per worker for payload S
/// and world size P: it reads all P workers' pieces of its S/P, and writes S/P.
/// </remarks>
public sealed class SharedMemoryGroup
{
    private readonly PartialSums[] _partials;
    private readonly float[] _losses;
    private readonly float[] _hits;

    /// <summary>A group of so many workers.</summary>
    /// <remarks>
    /// Units: layout counts the floats that are reduced; microbatchesMax the micro-batches of a full mini-batch,
    /// shardMax the most that one worker takes; bound is how long a worker waits for the others.
    /// </remarks>
    public SharedMemoryGroup(
        int workers, PartialLayout layout, int microbatchesMax, int shardMax, TimeSpan bound)
    {
        Barrier = new StepBarrier(workers, bound);
        _partials = [.. Enumerable.Range(0, workers)
            .Select(_ => new PartialSums(layout.Length, CanonicalTree.WaitingMax(shardMax)))];
        _losses = new float[microbatchesMax];
        _hits = new float[microbatchesMax];
        Length = layout.ResultLength;
    }

    public int Workers => _partials.Length;

    /// <summary>Floats of the results: what is updated.</summary>
    public int Length { get; }

    /// <summary>Every worker's partial sums, by rank.</summary>
    public IReadOnlyList<PartialSums> Partials => _partials;

    /// <summary>The step's losses, a sum per micro-batch, each written by the worker that has it.</summary>
    public Span<float> Losses(in MicrobatchRange range) => _losses.AsSpan(range.First, range.Count);

    /// <summary>The step's hits, a count per micro-batch, each written by the worker that has it.</summary>
    public Span<float> Hits(in MicrobatchRange range) => _hits.AsSpan(range.First, range.Count);

    public StepBarrier Barrier { get; }

    /// <summary>The elements that a worker finishes and updates: equal parts in whole cache lines.</summary>
    public (int Offset, int Count) Owned(int rank) => Part((0, Length), rank);

    /// <summary>A worker's part of each of these ranges; ranges of which it has nothing are left out.</summary>
    public IEnumerable<(int Offset, int Count)> Owned(int rank, IEnumerable<(int Offset, int Count)> ranges) =>
        ranges.Select(range => Part(range, rank)).Where(part => part.Count > 0);

    private (int Offset, int Count) Part((int Offset, int Count) range, int rank)
    {
        var (firstLine, end) = (range.Offset / AlignedBuffer.LineFloats, range.Offset + range.Count);
        var lines = ((end + AlignedBuffer.LineFloats - 1) / AlignedBuffer.LineFloats) - firstLine;
        var from = Math.Max(range.Offset, Place(rank));
        return (from, Math.Min(end, Place(rank + 1)) - from);

        int Place(int part) => (int)((firstLine + ((long)lines * part / Workers)) * AlignedBuffer.LineFloats);
    }
}
