namespace Distributed.Simulation.Tests;

public sealed class SimulatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_GivesTheSameLog_WhenTheSeedIsTheSame(ulong seed)
    {
        var (first, second) = (PingScenario.Run(seed, Faults), PingScenario.Run(seed, Faults));
        Assert.Equal(first.All, second.All);
        Assert.Equal(first.Hash, second.Hash);
        Assert.True(first.Count > 1000);
    }

    [Fact]
    public void Run_GivesOtherOrders_WhenSeedsDiffer() =>
        Assert.Equal(5, Enumerable.Range(0, 5).Select(seed => PingScenario.Run((ulong)seed).Hash).Distinct().Count());

    private static void Faults(Simulator simulator)
    {
        var random = simulator.Random(DrawPurpose.Faults);
        for (var i = 0; i < 20; i++)
        {
            var at = random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(15));
            var one = simulator.Nodes[random.Below(4)];
            var other = simulator.Nodes[random.Below(4)];
            var kind = random.Below(12);
            simulator.After(at, () => Inflict(simulator.Network, kind, one, other));
        }
    }

    private static void Inflict(SimulatedNetwork network, int kind, SimulatedNode one, SimulatedNode other)
    {
        switch (kind)
        {
            case 0: network.Partition(one, other); break;
            case 1: network.PartitionOneWay(one, other); break;
            case 2: network.RepairAll(); break;
            case 3: network.Hold(one, other); break;
            case 4: network.Release(one, other); break;
            case 5: network.Drop(one, other); break;
            case 6: network.Duplicate(one, other, 3); break;
            case 7: network.Delay(one, other, TimeSpan.FromMilliseconds(20)); break;
            case 8: one.Restart(); break;
            case 9: one.Freeze(); break;
            case 10: one.Thaw(); break;
            default: one.Crash(CrashKind.PowerFailure); break;
        }
    }
}
