using System.Numerics;
using Distributed.Cluster;

namespace Distributed.Coordinator.Pace;

/// <summary>Who computes how many micro-batches, and why, as one sentence.</summary>
/// <param name="Counts">Micro-batches of a full mini-batch, by rank.</param>
public sealed record ShardPlan(IReadOnlyList<int> Counts, string Reason)
{
    /// <summary>The part of a step's time that new shards must save, default 0.1: differences below it are noise.
    /// </summary>
    public const double GainMin = 0.1;

    /// <summary>The most that a piece is taken to cost, as a part of the present shards' time: default 0.1.</summary>
    /// <remarks>
    /// Waiting has other causes too: a worker that is stopped now and then waits long itself, and must not keep its
    /// shard for that.
    /// </remarks>
    public const double PieceShareMax = 0.1;

    public Sharding Sharding => new(Counts);

    /// <summary>
    /// Deals so that a step takes as little time as possible, if that is worth it; else leaves the shards as they are.
    /// </summary>
    /// <remarks>
    /// Micro-batches are whole, and everyone gets one at least where there are enough, so that its speed stays known.
    /// They are dealt one by one, in twos, in fours and so on, each time to whom it delays least, so that the largest
    /// count over speed is the least there is; and the cuts are moved to large nodes of the canonical tree where that
    /// delays nobody. Of these dealings the one is taken whose slowest shard and pieces take least time together:
    /// dealt one by one shards are the most even, in larger lots they come in fewer pieces, which all go over the wire.
    /// Equal shards come back as soon as they cost nothing.
    /// </remarks>
    /// <param name="speeds">By rank, relative; null where unknown, which counts as the median of the others.</param>
    /// <param name="present">Counts by rank, as they are.</param>
    /// <param name="microbatches">Of a full mini-batch, at least 1.</param>
    /// <param name="perPiece">What a piece more costs a step, in the unit of <see cref="Time"/>.</param>
    public static ShardPlan Decide(
        IReadOnlyList<double?> speeds, IReadOnlyList<int> present, int microbatches, double perPiece = 0)
    {
        var known = speeds.OfType<double>().Order().ToList();
        if (known.Count == 0 || speeds.Count == 1)
        {
            return new ShardPlan(present, "no speeds are known to compare");
        }

        var filled = speeds.Select(speed => speed ?? known[known.Count / 2]).ToList();
        var piece = Math.Min(perPiece, PieceShareMax * Time(present, filled));
        double Whole(IReadOnlyList<int> counts) => Time(counts, filled) + (piece * PieceCost.Pieces(counts));
        var best = Dealings(filled, microbatches).MinBy(Whole)!;
        var equal = CountsOf(Sharding.Equal(speeds.Count), microbatches);
        var (now, atBest, atEqual) = (Whole(present), Whole(best), Whole(equal));
        if (!present.SequenceEqual(equal) && atEqual <= Math.Min(now, atBest / (1 - GainMin)))
        {
            return new ShardPlan(equal, "equal shards are as fast again");
        }

        return now * (1 - GainMin) >= atBest
            ? new ShardPlan(
                best,
                $"shards of {string.Join(", ", best)} micro-batches let a step take {1 - (atBest / now):0 %} less")
            : new ShardPlan(present, $"no other shards save {GainMin:0 %} of a step");
    }

    /// <summary>Every worker's count of a full mini-batch.</summary>
    public static IReadOnlyList<int> CountsOf(Sharding sharding, int microbatches) =>
        [.. sharding.Shards(microbatches, 1).Select(shard => shard.Count)];

    /// <summary>When the last one ends, in the time that a worker of speed 1 takes for a micro-batch.</summary>
    public static double Time(IReadOnlyList<int> counts, IReadOnlyList<double> speeds) =>
        counts.Zip(speeds, (count, speed) => count / speed).Max();

    /// <summary>Dealt in lots of 1, 2, 4, … micro-batches, while there are as many lots as workers.</summary>
    private static IEnumerable<int[]> Dealings(List<double> speeds, int microbatches)
    {
        for (var lot = 1; lot == 1 || microbatches / lot >= speeds.Count; lot *= 2)
        {
            var counts = Best(speeds, microbatches / lot).Select(lots => lots * lot).ToArray();
            counts[^1] += microbatches % lot;
            yield return AtNodes(counts, speeds);
        }
    }

    private static int[] Best(List<double> speeds, int microbatches)
    {
        var counts = new int[speeds.Count];
        var next = new PriorityQueue<int, (double End, int Rank)>();
        var each = microbatches >= speeds.Count ? 1 : 0;
        for (var rank = 0; rank < counts.Length; rank++)
        {
            counts[rank] = each;
            next.Enqueue(rank, ((each + 1) / speeds[rank], rank));
        }

        for (var left = microbatches - (each * counts.Length); left > 0; left--)
        {
            var rank = next.Dequeue();
            counts[rank]++;
            next.Enqueue(rank, ((counts[rank] + 1) / speeds[rank], rank));
        }

        return counts;
    }

    /// <summary>Moves each cut to the largest node within what lets nobody end later than the last one does.</summary>
    private static int[] AtNodes(int[] counts, List<double> speeds)
    {
        var least = counts.Min() > 0 ? 1 : 0;
        // One that is slow even with the least it can have is no reason to deal the rest unevenly.
        var end = counts.Select((count, rank) => count > least ? count / speeds[rank] : 0).Max() * (1 + 1e-9);
        var room = counts.Select((count, rank) => Math.Max(count, (int)(end * speeds[rank]))).ToArray();
        var (total, after, roomAfter) = (counts.Sum(), counts.Length, room.Sum(count => (long)count));
        var result = new int[counts.Length];
        var cut = 0;
        for (var rank = 0; rank < counts.Length; rank++)
        {
            (after, roomAfter) = (after - 1, roomAfter - room[rank]);
            var low = (int)Math.Max(cut + least, total - roomAfter);
            var high = Math.Min(cut + room[rank], total - (after * least));
            var next = rank == counts.Length - 1 ? total : LargestNode(low, high);
            (result[rank], cut) = (next - cut, next);
        }

        return result;
    }

    /// <summary>The number from low to high that the largest power of two divides.</summary>
    private static int LargestNode(int low, int high)
    {
        for (var shift = BitOperations.Log2((uint)Math.Max(high, 1)); shift > 0; shift--)
        {
            var node = high >> shift << shift;
            if (node >= low && node > 0)
            {
                return node;
            }
        }

        return high;
    }
}
