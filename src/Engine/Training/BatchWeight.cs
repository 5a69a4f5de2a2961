using Distributed.Engine.Data;
using Distributed.Engine.Losses;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>What a mini-batch's gradient is divided by, once, on any number of workers.</summary>
public static class BatchWeight
{
    /// <summary>1 where the loss sums samples; else the samples' weights, added up along the canonical tree.</summary>
    /// <remarks>
    /// Units: a null order is the identity. Without weights the sum is the number of samples, which is exact.
    /// Every worker adds the whole batch's weights by itself: the data set is in its memory, and a weight is a float.
    /// </remarks>
    public static float Of(Loss loss, DataSet data, BatchSchedule schedule, long step, Permutation? order)
    {
        var samples = schedule.SamplesIn(step);
        if (loss.SumsSamples || !data.HasWeights)
        {
            return loss.SumsSamples ? 1 : samples;
        }

        var batch = schedule.Batch(step);
        var first = schedule.StepInEpoch(step) * schedule.BatchSize;
        var sums = new float[batch.Count];
        for (var place = 0; place < samples; place++)
        {
            var sample = order is null ? first + place : (int)order[first + place];
            sums[place / batch.Size] += data.Weight(sample);
        }

        var total = CanonicalTree.Sum(sums);
        return total > 0 ? total : 1; // of a batch in which nothing counts the gradient is 0
    }

    /// <summary>What the loss of a whole set is divided by: its samples' weights together, or how many there are.
    /// </summary>
    public static double Whole(Loss loss, DataSet data)
    {
        if (loss.SumsSamples || !data.HasWeights)
        {
            return data.Count;
        }

        var total = Enumerable.Range(0, data.Count).Sum(sample => (double)data.Weight(sample));
        return total > 0 ? total : 1; // nothing counts: the loss is 0
    }
}
