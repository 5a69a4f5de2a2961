using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Membership;

/// <summary>Which state a new generation starts from, and what has to move so that every member has its part.</summary>
/// <param name="Members">Those that stay, by rank.</param>
/// <param name="Cursor">The state's place in the job.</param>
/// <param name="Start">Where it comes from.</param>
/// <param name="Transfers">What moves, each from someone who holds it.</param>
/// <param name="Reason">One sentence.</param>
public sealed record RecoveryPlan(
    IReadOnlyList<Candidate> Members, JobCursor Cursor, StartFrom Start, IReadOnlyList<Transfer> Transfers,
    string Reason)
{
    /// <summary>
    /// The highest step of which every part survives; else the newest checkpoint; else the beginning.
    /// </summary>
    /// <remarks>
    /// All that counts is a state's step: its bits are the same whoever made it. Weights must be held whole by someone;
    /// optimizer state may be spread over several. Those that leave give, and get nothing.
    /// Cost: a member that lacks the weights gets S floats, in equal parts from all who hold them; every member gets
    /// what it will own or mirror of the optimizer's state and does not hold, at most 2·S/W floats per slot.
    /// </remarks>
    public static RecoveryPlan Decide(
        IReadOnlyList<Candidate> candidates, JobCursor newestKept, StateShape shape, string storeAddress)
    {
        var members = candidates.Where(candidate => candidate.Stays).ToList();
        var layout = new BucketPlan(shape.Length, shape.BucketsFor(members.Count), members.Count);
        foreach (var step in Steps(candidates).Where(step => step >= newestKept.Step))
        {
            var holders = candidates.Where(candidate => candidate.At(step) is not null).ToList();
            var held = RangeSet.Of(holders.SelectMany(holder => holder.At(step)!.State.Ranges));
            if (!shape.HasOptimizerState || held.Count == shape.Length)
            {
                var transfers = members.SelectMany((member, rank) => From(holders, member, rank, step, layout, shape));
                return new RecoveryPlan(
                    members, holders[0].At(step)!.Cursor, StartFrom.Members, [.. transfers],
                    $"{holders.Count} of {candidates.Count} hold the state of step {step}");
            }
        }

        return newestKept.Step == 0
            ? new RecoveryPlan(members, newestKept, StartFrom.Seed, [], "nobody holds a state: from the beginning")
            : new RecoveryPlan(
                members, newestKept, StartFrom.Checkpoint,
                [.. members.SelectMany((_, rank) => FromStore(storeAddress, rank, layout, shape))],
                $"no later state survives in whole: from the checkpoint of step {newestKept.Step}");
    }

    private static IEnumerable<long> Steps(IReadOnlyList<Candidate> candidates) => candidates
        .SelectMany(candidate => candidate.Standing.Holdings.Select(holding => holding.Cursor.Step))
        .Distinct().OrderDescending();

    private static IEnumerable<Transfer> From(
        List<Candidate> holders, Candidate member, int rank, long step, BucketPlan layout, StateShape shape)
    {
        var own = member.At(step);
        if (own is null)
        {
            for (var i = 0; i < holders.Count; i++)
            {
                var from = (int)((long)shape.Length * i / holders.Count);
                var end = (int)((long)shape.Length * (i + 1) / holders.Count);
                yield return new Transfer(holders[i].DataAddress, rank, true, new FlatRange(from, end - from));
            }
        }

        if (!shape.HasOptimizerState)
        {
            yield break;
        }

        var lacking = layout.Kept(rank).Except(own?.State ?? RangeSet.Empty);
        for (var i = 0; i < holders.Count && lacking.Count > 0; i++)
        {
            var holder = holders[(rank + i) % holders.Count];
            var given = lacking.Intersect(holder.At(step)!.State);
            foreach (var range in given.Ranges)
            {
                yield return new Transfer(holder.DataAddress, rank, false, range);
            }

            lacking = lacking.Except(given);
        }
    }

    private static IEnumerable<Transfer> FromStore(string store, int rank, BucketPlan layout, StateShape shape)
    {
        yield return new Transfer(store, rank, true, new FlatRange(0, shape.Length));
        foreach (var range in shape.HasOptimizerState ? layout.Kept(rank).Ranges : [])
        {
            yield return new Transfer(store, rank, false, range);
        }
    }
}

/// <summary>One that may take part, and what it says it holds.</summary>
/// <param name="Node">This life of its process.</param>
/// <param name="Stays">False for one that leaves and only gives.</param>
public sealed record Candidate(string Node, string DataAddress, bool Stays, Standing Standing)
{
    /// <summary>What it holds of this step; null for nothing.</summary>
    public Holding? At(long step) => Standing.Holdings.FirstOrDefault(holding => holding.Cursor.Step == step);
}

/// <summary>The size of a job's state.</summary>
/// <param name="Length">Floats of the flat parameter buffer.</param>
/// <param name="HasOptimizerState">False for plain stochastic gradient descent.</param>
/// <param name="Buckets">How many buckets the buffer is cut into, at least 1; default: as many as suit the number of
/// workers (<see cref="BucketPlan.BucketsFor"/>).</param>
public sealed record StateShape(int Length, bool HasOptimizerState, int? Buckets = null)
{
    /// <summary>The buckets of a generation of so many members.</summary>
    public int BucketsFor(int workers) => Buckets ?? BucketPlan.BucketsFor(Length, workers);
}
