using Distributed.Cluster.Collectives;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>One pass over a worker's shard, whose buckets become ready along the backward pass.</summary>
/// <remarks>
/// Made once and set anew: an exchange has some that take turns, because the next step may be begun while the tail of a
/// pass, behind its last bucket, still runs. The step after that cannot: it needs buckets of the next.
/// </remarks>
internal sealed class ShardPass(
    Exchange exchange, TeamRunner runner, TimeProvider clock, GroupLayout layout, ReadyParts ready, int room)
    : IPartedWork
{
    private long _ticket;

    public int Parts => ready.Count;

    internal GroupLayout Layout => layout;

    internal ReadyParts Ready => ready;

    internal long Step { get; private set; }

    /// <summary>When its last bucket became ready. Known to whoever sees to that bucket.</summary>
    internal long Ended { get; private set; }

    internal AlignedBuffer Parameters { get; private set; } = null!;

    internal MicrobatchRange Shard { get; private set; }

    /// <summary>A loss sum per micro-batch of the mini-batch; the shard's are written.</summary>
    internal float[] Losses { get; private set; } = [];

    internal float[] Hits { get; private set; } = [];

    /// <summary>Prepares the next pass. Units: ticket counts the buckets of all passes before it.</summary>
    internal void Set(long step, AlignedBuffer parameters, in MicrobatchRange shard, StepArrivals arrivals, long ticket)
    {
        (Step, Parameters, Shard, _ticket) = (step, parameters, shard, ticket);
        (Losses, Hits) = (arrivals.Losses, arrivals.Hits);
    }

    void IPartedWork.Run(IPartsReady told) => runner.Run(this, room, told);

    void IPartsReady.OnReady(int count)
    {
        if (count == Parts)
        {
            Ended = clock.GetTimestamp();
        }

        exchange.Announce(_ticket + count);
    }

    void IPartedWork.OnFailed(Exception error) => exchange.Fail(error);
}
