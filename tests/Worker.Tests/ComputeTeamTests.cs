using Distributed.Engine.Training;

namespace Distributed.Worker.Tests;

public sealed class ComputeTeamTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Together_RunsEveryBodyOnAThreadOfItsOwn_AgainAndAgain(int threads)
    {
        using var team = new ComputeTeam("team", threads);
        var seen = await team.Run(ComputeKind.Shard, () =>
        {
            var (ids, rounds) = (new int[threads], new int[threads]);
            for (var round = 0; round < 1000; round++)
            {
                var now = round;
                team.Together(thread =>
                {
                    // The next one has done the round before, and not yet the one after.
                    Assert.InRange(Volatile.Read(ref rounds[(thread + 1) % threads]), now, now + 1);
                    (ids[thread], rounds[thread]) = (Environment.CurrentManagedThreadId, now + 1);
                });
                Assert.All(rounds, done => Assert.Equal(now + 1, done));
            }

            return ids;
        }).WaitAsync(Ample);
        Assert.Equal(threads, team.Threads);
        Assert.Equal(threads, seen.Distinct().Count());
    }

    [Fact]
    public async Task Together_ThrowsTheErrorOfTheLowestThread_OnceAllHaveReturned()
    {
        using var team = new ComputeTeam("team", 4);
        var returned = 0;
        void Body(int thread)
        {
            Interlocked.Increment(ref returned);
            if (thread is 1 or 3)
            {
                throw new IOException($"disk {thread} on fire");
            }
        }

        var failed = team.Run(ComputeKind.Shard, () =>
        {
            team.Together(Body);
            return true;
        });
        var error = await Assert.ThrowsAsync<IOException>(() => failed.WaitAsync(Ample));
        Assert.Equal(("disk 1 on fire", 4), (error.Message, returned));

        // The team is as good as before.
        var next = team.Run(ComputeKind.Shard, () =>
        {
            team.Together(_ => Interlocked.Increment(ref returned));
            return returned;
        });
        Assert.Equal(8, await next.WaitAsync(Ample));
    }

    [Fact]
    public async Task Dispose_EndsWhatWasGivenBefore_AndTakesNoMore()
    {
        var team = new ComputeTeam("team", 3);
        var shared = 0;
        var last = team.Run(ComputeKind.Shard, () =>
        {
            team.Together(_ => Interlocked.Increment(ref shared));
            return shared;
        });
        team.Dispose();
        Assert.Equal(3, await last.WaitAsync(Ample));
        Assert.Throws<ObjectDisposedException>(() => { _ = team.Run(ComputeKind.Shard, () => 0); });
    }
}
