using Distributed.Cluster.Messages;
using Distributed.Coordinator.Pace;

namespace Distributed.Coordinator.Tests.Pace;

public sealed class WorkerSpeedsTests
{
    private readonly WorkerSpeeds _speeds = new();

    [Fact]
    public void Speed_IsSamplesPerSecondOfCompute_AndNothingBeforeTheFirstLease()
    {
        Assert.Null(_speeds.Of("a"));
        _speeds.Add("a", new WorkTiming(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), 100));
        Assert.Equal(50, _speeds.Of("a"));
        Assert.Null(_speeds.Of("b"));
    }

    [Fact]
    public void Speed_Jumps_AfterTwoLeasesThatAreNoNoise()
    {
        Add(90);
        Add(30);
        Assert.Equal(90, _speeds.Of("a"));
        Add(30);
        Assert.Equal(30, _speeds.Of("a"));
    }

    [Fact]
    public void Speed_Stays_WhenOneLeaseWasOff()
    {
        Add(90);
        Add(30);
        Add(90);
        Add(30);
        Assert.Equal(90, _speeds.Of("a"));
    }

    [Fact]
    public void Speed_IsAveraged_WhereDifferencesAreSmall()
    {
        Add(100);
        Add(120);
        Assert.Equal(104, _speeds.Of("a"));
    }

    [Fact]
    public void Report_SaysNothing_WithoutSamplesOrTime()
    {
        Add(100);
        _speeds.Add("a", new WorkTiming(TimeSpan.FromSeconds(1), default, 0));
        _speeds.Add("a", new WorkTiming(default, default, 10));
        Assert.Equal(100, _speeds.Of("a"));
    }

    [Fact]
    public void Speeds_AreForgotten_OfThoseWhoAreGone()
    {
        Add(100);
        _speeds.Keep(["b"]);
        Assert.Null(_speeds.Of("a"));
    }

    private void Add(long speed) => _speeds.Add("a", new WorkTiming(TimeSpan.FromSeconds(1), default, speed));
}
