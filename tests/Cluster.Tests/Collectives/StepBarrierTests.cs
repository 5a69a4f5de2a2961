using Distributed.Cluster.Collectives;

namespace Distributed.Cluster.Tests.Collectives;

public sealed class StepBarrierTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Every member adds to a sum between two waits; behind the second, everyone must see everyone's part.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Wait_ShowsEveryMemberWhatAllWrote_RoundAfterRound(int members)
    {
        const int Rounds = 2000;
        var barrier = new StepBarrier(members, Ample);
        var written = new int[members];
        OnThreads(members, rank =>
        {
            for (var round = 1; round <= Rounds; round++)
            {
                written[rank] = round;
                barrier.Wait(rank);
                Assert.All(written, value => Assert.Equal(round, value));
                barrier.Wait(rank);
            }
        });
    }

    [Fact]
    public void Wait_IsReleased_WhenThereIsNoBound()
    {
        var barrier = new StepBarrier(2, Timeout.InfiniteTimeSpan);
        var early = new Thread(() => barrier.Wait(0)) { IsBackground = true };
        early.Start();
        while (!early.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
        {
            Thread.Yield(); // until it is parked
        }

        barrier.Wait(1);
        Assert.True(early.Join(Ample));
    }

    [Fact]
    public void Wait_FailsForEveryone_WhenOneMemberBreaksTheBarrier()
    {
        var barrier = new StepBarrier(3, Ample);
        var reasons = new string[3];
        OnThreads(3, rank =>
        {
            if (rank == 1)
            {
                barrier.Break("worker 1 failed in compute: disk on fire");
            }

            reasons[rank] = Assert.Throws<CollectiveException>(() => barrier.Wait(rank)).Message;
        });
        Assert.All(reasons, reason => Assert.Equal("worker 1 failed in compute: disk on fire", reason));
    }

    [Fact]
    public void Wait_NamesTheMemberThatDidNotCome_WhenTheBoundIsOver()
    {
        var barrier = new StepBarrier(2, TimeSpan.FromMilliseconds(20));
        var error = Assert.Throws<CollectiveException>(() => barrier.Wait(0));
        Assert.Equal("worker 1 did not reach the barrier for 0 s", error.Message);
    }

    [Fact]
    public void Wait_AllocatesNothing_WhenMembersMeetAgainAndAgain()
    {
        var barrier = new StepBarrier(2, Ample);
        var allocated = new long[2];
        OnThreads(2, rank =>
        {
            barrier.Wait(rank);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 5000; round++)
            {
                barrier.Wait(rank);
            }

            allocated[rank] = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.All(allocated, bytes => Assert.Equal(0, bytes));
    }

    private static void OnThreads(int count, Action<int> body)
    {
        var failures = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                body(rank);
            }
            catch (Exception error)
            {
                failures[rank] = error;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => Assert.True(thread.Join(Ample), "a member hangs"));
        Assert.All(failures, Assert.Null);
    }
}
