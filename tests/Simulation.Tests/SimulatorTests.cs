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

    [Fact]
    public void RunUntil_StopsAtTheConditionOrTheLimit()
    {
        var simulator = new Simulator(1);
        var isDone = false;
        simulator.After(TimeSpan.FromSeconds(2), () => isDone = true);
        Assert.False(simulator.RunUntil(() => isDone, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(1), simulator.Now);
        Assert.True(simulator.RunUntil(() => isDone, TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromSeconds(2), simulator.Now);
    }

    [Fact]
    public void RunUntil_NamesSeedAndTime_WhenCodeThrows()
    {
        var simulator = new Simulator(41);
        simulator.After(TimeSpan.FromSeconds(2), () => throw new InvalidDataException("bad"));
        var error = Assert.Throws<SimulationException>(() => simulator.RunFor(TimeSpan.FromSeconds(9)));
        Assert.Equal("seed 41, at 00:00:02: bad", error.Message);
    }

    [Fact]
    public void RunUntil_Throws_WhenWorkComesBackOnAnotherThread()
    {
        var simulator = Stage.Of(1);
        var clock = simulator.Nodes[0].Clock;
        simulator.After(TimeSpan.FromSeconds(1), () =>
        {
            var thread = new Thread(() =>
                clock.CreateTimer(_ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan).Dispose());
            thread.Start();
            thread.Join();
        });
        var error = Assert.Throws<SimulationException>(() => simulator.RunFor(TimeSpan.FromSeconds(9)));
        Assert.Contains("thread", error.Message);
    }

    [Fact]
    public void RunUntil_Throws_WhenTimeStandsStill()
    {
        var simulator = new Simulator(1, new SimulatorOptions { StepsPerInstantMax = 1000 });
        simulator.After(TimeSpan.Zero, Again);
        var error = Assert.Throws<SimulationException>(() => simulator.RunFor(TimeSpan.FromSeconds(9)));
        Assert.Contains("time stands still", error.Message);

        void Again() => simulator.After(TimeSpan.Zero, Again);
    }

    [Fact]
    public void Simulator_NamesTheOption_WhenOutOfRange() => Assert.Throws<ArgumentOutOfRangeException>(
        "FramesPerEvent",
        () => new Simulator(1, new SimulatorOptions { Network = new NetworkOptions { FramesPerEvent = 0 } }));

    [Fact]
    public void Random_IsTheSame_WhateverOthersDraw()
    {
        var one = new Simulator(5);
        one.Random(DrawPurpose.Network).Bits();
        Assert.Equal(one.Random(DrawPurpose.Disk, "n1").Bits(), new Simulator(5).Random(DrawPurpose.Disk, "n1").Bits());
        var different = new[]
        {
            one.Random(DrawPurpose.Disk, "n2").Bits(),
            one.Random(DrawPurpose.Faults, "n1").Bits(),
            one.Random(DrawPurpose.Disk).Bits(),
            new Simulator(6).Random(DrawPurpose.Disk, "n1").Bits(),
            one.Random(DrawPurpose.Disk, "n1").Bits(),
        };
        Assert.Equal(different.Length, different.Distinct().Count());
    }

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
