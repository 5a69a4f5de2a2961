using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <summary>What the coordinator does once all workers are idle.</summary>
public enum Move
{
    /// <summary>Lease more steps.</summary>
    Train,

    /// <summary>Measure the held-out loss at the end of an epoch.</summary>
    Evaluate,

    /// <summary>Write the last checkpoint and end the job.</summary>
    Finish,

    /// <summary>Write a checkpoint and end before the job is done, because someone asked.</summary>
    Stop,
}

/// <summary>A move with its reason, as one sentence, and for Train how many steps.</summary>
public sealed record NextMove(Move Move, int Steps, string Reason)
{
    /// <summary>How long a lease of short steps should last: long enough to cost nothing.</summary>
    public static readonly TimeSpan LeaseTarget = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a lease of several long steps may last: short enough to stop promptly.</summary>
    public static readonly TimeSpan LeaseMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Steps that are leased even where they take longer than the target, so that few steps pay for the round trip.
    /// </summary>
    public const int StepsAhead = 4;

    /// <summary>
    /// The longest lease in a cluster, so that a worker that becomes slow is noticed within few steps.
    /// </summary>
    /// <remarks>
    /// Cost: one round trip to the coordinator and one small message each way and worker per 8 steps instead of per
    /// 100 ms, which shows where steps take less than about 10 ms: 0.2 ms on a loopback against 8 steps of 1 ms is 2 to
    /// 3 %.
    /// </remarks>
    public const int ClusterStepsMax = 8;

    /// <summary>Decides from how far the job is, and nothing else.</summary>
    /// <remarks>
    /// Units: stepTime is the latest measured duration of a step, zero when unknown, which leases one step; stepsMax is
    /// the longest lease.
    /// </remarks>
    public static NextMove Decide(
        JobCursor cursor, int stepsPerEpoch, long stepsTotal, bool evaluated, bool stopAsked, TimeSpan stepTime,
        int stepsMax)
    {
        var inEpoch = cursor.Step % stepsPerEpoch;
        if (cursor.Step > 0 && inEpoch == 0 && !evaluated)
        {
            return new NextMove(Move.Evaluate, 0, $"epoch {cursor.Step / stepsPerEpoch} is over");
        }

        if (cursor.Step >= stepsTotal)
        {
            return new NextMove(Move.Finish, 0, $"all {stepsTotal} steps are done");
        }

        if (stopAsked)
        {
            return new NextMove(Move.Stop, 0, $"asked to stop after step {cursor.Step}");
        }

        var steps = (int)Math.Min(Math.Min(Affordable(stepTime), stepsMax), stepsPerEpoch - inEpoch);
        return new NextMove(Move.Train, steps, $"{steps} of the epoch's steps are left or fill a lease");
    }

    private static long Affordable(TimeSpan stepTime)
    {
        if (stepTime <= TimeSpan.Zero)
        {
            return 1;
        }

        var several = Math.Min(StepsAhead, (long)(LeaseMax / stepTime));
        return Math.Max(1, Math.Max(several, (long)(LeaseTarget / stepTime)));
    }
}
