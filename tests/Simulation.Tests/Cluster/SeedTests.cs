namespace Distributed.Simulation.Tests.Cluster;

public sealed class SeedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1234567890123456789)]
    public void Seed_GivesTheSameLogToTheByte_WhenItIsRunTwice(ulong seed)
    {
        Assert.Equal(LogOf(seed), LogOf(seed));
    }

    [Fact]
    public void Seeds_GiveOtherLogs_WhenTheyDiffer() => Assert.NotEqual(LogOf(1), LogOf(2));

    [Fact]
    public void Seed_MeetsFiveFaultsAtLeast_Always() => Assert.All(
        Enumerable.Range(1, 40), seed => Assert.InRange(SimulationRun.Of((ulong)seed).FaultsMet, 5, int.MaxValue));

    private static string LogOf(ulong seed)
    {
        var log = "";
        SimulationRun.Of(seed, keepsLog: true, log: lines => log = string.Join('\n', lines));
        Assert.NotEmpty(log);
        return log;
    }
}
