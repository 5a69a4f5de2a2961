namespace Distributed.Simulation.Tests.Logging;

public sealed class EventLogTests
{
    [Fact]
    public void Write_MakesALineOfTimeNodeAndText()
    {
        var log = new EventLog(new EventLogOptions { KeepsAll = true }, () => 12_000_000_345);
        log.Write("n1", $"has {1 + 1}");
        Assert.Equal(["12.000000345 n1 has 2"], log.All);
    }

    [Fact]
    public void Write_MakesNoText_WhenOff()
    {
        var log = new EventLog(new EventLogOptions { IsOn = false }, () => 0);
        var hash = log.Hash;
        log.Write("n1", $"{Fail()}");
        log.Write("n1", "text");
        Assert.Equal(0, log.Count);
        Assert.Equal(hash, log.Hash);
    }

    [Fact]
    public void Last_KeepsSoMany_OldestFirst()
    {
        var log = new EventLog(new EventLogOptions { LinesKept = 3 }, () => 0);
        for (var i = 0; i < 5; i++)
        {
            log.Write("n", $"{i}");
        }

        Assert.Equal(["2", "3", "4"], log.Last.Select(line => line[^1..]));
        Assert.Empty(log.All);
        Assert.Equal(5, log.Count);
    }

    private static int Fail() => throw new InvalidOperationException("the text was made");
}
