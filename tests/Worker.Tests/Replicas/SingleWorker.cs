using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Worker.Local;
using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>The oracle: the bits that one worker by itself has after every step, a whole mini-batch at once.</summary>
internal sealed class SingleWorker
{
    private readonly List<uint[][]> _states = [];

    internal SingleWorker(int steps, Optimizer optimizer, Layer? model = null)
    {
        var job = SmallJob.Create(
            workers: 1, model: model, optimizer: optimizer, samplesAtOnce: SmallJob.BatchSize);
        var work = new LocalSteps(job, TimeProvider.System);
        for (var step = 0; ; step++)
        {
            _states.Add([.. job.State.Slots.Prepend(job.State.Parameters).Select(buffer => Bits(buffer.Span))]);
            if (step == steps)
            {
                return;
            }

            Totals.Add(work.Train(new TrainPlan(1, 0, step, 1, Sharding.Equal(1))).Steps[0]);
        }
    }

    internal List<StepTotals> Totals { get; } = [];

    /// <summary>The replica is at this step with all weights, and the optimizer's state where it keeps it.</summary>
    internal void AssertEqual(long step, Replica replica, RangeSet kept)
    {
        var state = replica.Current;
        Assert.Equal(step, state.Cursor!.Step);
        Assert.Equal(_states[(int)step][0], Bits(state.Parameters.Span));
        Assert.Equal(0, kept.Except(state.State).Count);
        for (var slot = 0; slot < state.Slots.Count; slot++)
        {
            foreach (var range in state.State.Ranges)
            {
                Assert.Equal(
                    _states[(int)step][slot + 1].AsSpan(range.Offset, range.Count).ToArray(),
                    Bits(state.Slots[slot].Span.Slice(range.Offset, range.Count)));
            }
        }
    }

    private static uint[] Bits(ReadOnlySpan<float> floats)
    {
        var bits = new uint[floats.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(floats[i]);
        }

        return bits;
    }
}
