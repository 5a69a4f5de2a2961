namespace Distributed.Simulation.Tests.Time;

public sealed class SimulatedClockTests
{
    private readonly Simulator _simulator = Stage.Of(1);
    private readonly List<double> _firedMs = [];

    private SimulatedNode Node => _simulator.Nodes[0];

    [Fact]
    public void Timer_FiresOnce_AtItsTime()
    {
        Timer(5, -1);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([5], _firedMs);
    }

    [Fact]
    public void Timer_Repeats_UntilDisposed()
    {
        var timer = Timer(5, 10);
        _simulator.RunFor(TimeSpan.FromMilliseconds(30));
        timer.Dispose();
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([5, 15, 25], _firedMs);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void Timer_ForgetsItsOldTime_WhenChanged()
    {
        var timer = Timer(5, -1);
        timer.Change(TimeSpan.FromMilliseconds(8), Timeout.InfiniteTimeSpan);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        timer.Change(Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(1));
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([8], _firedMs);
    }

    [Fact]
    public void Timer_StillFires_WhenThousandsOfOthersWereTakenBack()
    {
        Timer(700, -1);
        for (var i = 0; i < 10_000; i++)
        {
            Timer(500, -1).Dispose();
        }

        Timer(600, -1);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([600, 700], _firedMs);
        Assert.True(_simulator.StepCount < 5000);
    }

    [Fact]
    public void Timer_EndsWithItsProcess()
    {
        Timer(5, 5);
        Node.Restart();
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(_firedMs);
    }

    [Fact]
    public void Timer_FiresOnceOnThaw_WhenSeveralTicksWereMissed()
    {
        Timer(5, 10);
        Node.Freeze();
        _simulator.RunFor(TimeSpan.FromMilliseconds(52));
        Node.Thaw();
        _simulator.RunFor(TimeSpan.FromMilliseconds(20));
        Assert.Equal([52, 62, 72], _firedMs);
    }

    [Fact]
    public void JumpClock_MovesTheWallClockOnly()
    {
        var (wall, stamp) = (Node.Clock.GetUtcNow(), Node.Clock.GetTimestamp());
        Timer(5, -1);
        Node.JumpClock(TimeSpan.FromHours(-3));
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(wall + TimeSpan.FromSeconds(1) - TimeSpan.FromHours(3), Node.Clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(1), Node.Clock.GetElapsedTime(stamp));
        Assert.Equal([5], _firedMs);
    }

    private ITimer Timer(int dueMs, int periodMs) => Node.Clock.CreateTimer(
        _ => _firedMs.Add(_simulator.Now.TotalMilliseconds),
        null,
        TimeSpan.FromMilliseconds(dueMs),
        TimeSpan.FromMilliseconds(periodMs));
}
