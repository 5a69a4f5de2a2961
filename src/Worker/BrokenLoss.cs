using Distributed.Cluster.Messages;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker;

/// <summary>Finds the micro-batch and the layer of a loss that is not finite.</summary>
internal static class BrokenLoss
{
    /// <summary>
    /// The finding of the worker that has the micro-batch; null from the others. Rank 0 speaks where only the sum over
    /// the batch overflows.
    /// </summary>
    /// <remarks>
    /// Shapes: losses holds the whole mini-batch's, by micro-batch. To be called while no shard is computed.
    /// </remarks>
    internal static NonFinite? Find(
        BatchSchedule schedule, long step, ReadOnlySpan<float> losses, int rank, in MicrobatchRange shard,
        Func<ShardComputation> computation, Permutation? order)
    {
        var loss = CanonicalTree.Sum(losses);
        var microbatch = 0;
        while (microbatch < losses.Length && float.IsFinite(losses[microbatch]))
        {
            microbatch++;
        }

        if (microbatch == losses.Length)
        {
            return rank == 0 ? new NonFinite(step, loss, -1, "", "sum over the batch") : null;
        }

        if (microbatch < shard.First || microbatch >= shard.First + shard.Count)
        {
            return null;
        }

        var range = MicrobatchRange.Part(schedule.SamplesIn(step), schedule.MicrobatchSize, microbatch, 1);
        var found = computation().FirstNonFinite(order, schedule.StepInEpoch(step) * schedule.BatchSize, range);
        return new NonFinite(
            step, loss, microbatch, found?.Layer ?? "", found?.Operation.Name ?? "sum over the samples");
    }
}
