using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>An optimizer's update in which ranges of the buffer, the statistics, follow what is observed.</summary>
/// <remarks>The optimizer's state of a statistic is never used; it is carried along as it is.</remarks>
internal sealed class StatisticUpdate(ParameterUpdate others, StatisticUpdate.Part[] statistics) : ParameterUpdate
{
    public override void Apply(
        PieceTable pieces, int from, in StateBuffers before, in StateBuffers after, int offset, int count, float weight)
    {
        var (done, end) = (offset, offset + count);
        foreach (var part in statistics)
        {
            var (first, last) = (Math.Max(done, part.First), Math.Min(end, part.End));
            if (first >= last)
            {
                continue;
            }

            others.Apply(pieces, from + done - offset, before, after, done, first - done, weight);
            part.Update.Apply(pieces, from + first - offset, before, after, first, last - first, weight);
            for (var slot = 0; slot < before.Slots.Count; slot++)
            {
                before.Slots[slot].Span[first..last].CopyTo(after.Slots[slot].Span[first..last]);
            }

            done = last;
        }

        others.Apply(pieces, from + done - offset, before, after, done, end - done, weight);
    }

    /// <summary>The floats First … End − 1 of the buffer, ascending, and how they change.</summary>
    internal readonly record struct Part(int First, int End, ParameterUpdate Update);
}
