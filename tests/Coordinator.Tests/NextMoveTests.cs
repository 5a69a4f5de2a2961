using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

public sealed class NextMoveTests
{
    private const int StepsPerEpoch = 79;
    private const long StepsTotal = 237;

    [Theory]
    [InlineData(0, true, false, 0, Move.Train, 1, "1 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 10, Move.Train, 10, "10 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 0.5, Move.Train, 74, "74 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 30, Move.Train, 4, "4 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 250, Move.Train, 4, "4 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 251, Move.Train, 3, "3 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 1000, Move.Train, 1, "1 of the epoch\'s steps are left or fill a lease")]
    [InlineData(77, false, false, 250, Move.Train, 2, "2 of the epoch\'s steps are left or fill a lease")]
    [InlineData(5, false, false, 5000, Move.Train, 1, "1 of the epoch\'s steps are left or fill a lease")]
    [InlineData(79, false, false, 10, Move.Evaluate, 0, "epoch 1 is over")]
    [InlineData(79, true, false, 10, Move.Train, 10, "10 of the epoch\'s steps are left or fill a lease")]
    [InlineData(79, false, true, 10, Move.Evaluate, 0, "epoch 1 is over")]
    [InlineData(80, false, true, 10, Move.Stop, 0, "asked to stop after step 80")]
    [InlineData(237, false, false, 10, Move.Evaluate, 0, "epoch 3 is over")]
    [InlineData(237, true, false, 10, Move.Finish, 0, "all 237 steps are done")]
    [InlineData(237, true, true, 10, Move.Finish, 0, "all 237 steps are done")]
    public void Decide_GivesMoveAndReason_FromHowFarTheJobIs(
        long step, bool evaluated, bool stopAsked, double stepMilliseconds, Move move, int steps, string reason)
    {
        var cursor = JobCursor.Start with { Step = step };
        var next = NextMove.Decide(
            cursor, StepsPerEpoch, StepsTotal, evaluated, stopAsked, TimeSpan.FromMilliseconds(stepMilliseconds),
            int.MaxValue);
        Assert.Equal(new NextMove(move, steps, reason), next);
    }

    [Fact]
    public void Lease_HasNoMoreStepsThanAllowed_WhereStepsAreShort() => Assert.Equal(
        8, NextMove.Decide(
            JobCursor.Start with { Step = 5 }, StepsPerEpoch, StepsTotal, false, false,
            TimeSpan.FromMilliseconds(0.5), NextMove.ClusterStepsMax).Steps);
}
