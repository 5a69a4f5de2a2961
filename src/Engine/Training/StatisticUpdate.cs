using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>An optimizer's update in which ranges of the buffer, the statistics, follow what is observed.</summary>
/// <remarks>
/// The optimizer's state of a statistic is never used; it is carried along as it is, and so is the best epoch's value
/// where the last slot keeps it. What is observed is no gradient: it counts as zeros in the gradient's norm.
/// </remarks>
internal sealed class StatisticUpdate(
    ParameterUpdate others, IReadOnlyList<StatisticUpdate.Part> statistics, bool keepsBest) : ParameterUpdate
{
    private readonly AlignedBuffer _observed = new(statistics.Max(part => part.End));

    public override void Apply(
        PieceTable pieces, int from, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step)
    {
        for (var (done, end) = (offset, offset + count); done < end;)
        {
            var (part, next) = At(done, end);
            if (part is { } statistic)
            {
                Carry(before, after, done, next, step.TakesBest);
                statistic.Update.Apply(
                    pieces, from + done - offset, Bare(before), Bare(after), done, next - done, step);
            }
            else
            {
                others.Apply(pieces, from + done - offset, before, after, done, next - done, step);
            }

            done = next;
        }
    }

    /// <summary>No statistic is a weight matrix.</summary>
    public override unsafe void Apply(
        float* sums, int rows, int columns, in StateBuffers before, in StateBuffers after, int offset,
        int offsetStride, in StepTerms step, bool pastCaches) =>
        others.Apply(sums, rows, columns, before, after, offset, offsetStride, step, pastCaches);

    public override void Finish(
        PieceTable pieces, int from, AlignedBuffer gradient, int offset, int count, float weight)
    {
        for (var (done, end) = (offset, offset + count); done < end;)
        {
            var (part, next) = At(done, end);
            others.Finish(pieces, from + done - offset, part is null ? gradient : _observed, done, next - done, weight);
            if (part is not null)
            {
                gradient.Span[done..next].Clear();
            }

            done = next;
        }
    }

    public override void Apply(
        AlignedBuffer gradient, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step)
    {
        for (var (done, end) = (offset, offset + count); done < end;)
        {
            var (part, next) = At(done, end);
            if (part is { } statistic)
            {
                Carry(before, after, done, next, step.TakesBest);
                statistic.Update.Apply(_observed, Bare(before), Bare(after), done, next - done, step);
            }
            else
            {
                others.Apply(gradient, before, after, done, next - done, step);
            }

            done = next;
        }
    }

    /// <summary>The statistic at a place, or null, and where it, or what is before the next one, ends.</summary>
    private (Part? Part, int Next) At(int place, int end)
    {
        foreach (var part in statistics)
        {
            if (place < part.End)
            {
                return part.First <= place ? (part, Math.Min(end, part.End)) : (null, Math.Min(end, part.First));
            }
        }

        return (null, end);
    }

    private static StateBuffers Bare(in StateBuffers buffers) => new(buffers.Parameters, []);

    private void Carry(in StateBuffers before, in StateBuffers after, int first, int last, bool takesBest)
    {
        for (var slot = 0; slot < before.Slots.Count; slot++)
        {
            var source = takesBest && keepsBest && slot == before.Slots.Count - 1
                ? before.Parameters
                : before.Slots[slot];
            source.Span[first..last].CopyTo(after.Slots[slot].Span[first..last]);
        }
    }

    /// <summary>The floats First … End − 1 of the buffer, ascending, and how they change.</summary>
    internal readonly record struct Part(int First, int End, ParameterUpdate Update);
}
