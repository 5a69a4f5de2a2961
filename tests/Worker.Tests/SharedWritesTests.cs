using Distributed.Worker.Local;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Worker.Tests;

public sealed class SharedWritesTests
{
    [Fact]
    public void FasterWay_IsKept_WhicheverStepsAreDisturbedOrShort() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            Gen.Choose(100, 10_000).Two().ToArbitrary(),
            Gen.Choose(0, 34).ToArbitrary(),
            (costs, phase) =>
            {
                var machine = new Machine(phase) { Far = costs.Item1, Near = costs.Item2 };
                machine.Run(SharedWrites.TrialSteps + 2);
                for (var step = 0; step < 50; step++)
                {
                    Assert.Equal(machine.Far <= machine.Near, machine.Writes.IsForFarCores);
                    machine.Run(1);
                }
            }));

    [Fact]
    public void Choice_FollowsTheMachine_WithinTwoPeriods()
    {
        var machine = new Machine(phase: 0);
        foreach (var (far, near) in new[] { (200, 100), (100, 200), (200, 100) })
        {
            (machine.Far, machine.Near) = (far, near);
            machine.Run(2 * SharedWrites.Period);
            Assert.Equal(far < near, machine.Writes.IsForFarCores);
        }
    }

    [Fact]
    public void Trial_IsAFewStepsOfEachPeriod_HalfOfThemWithEachWay()
    {
        var machine = new Machine(phase: 3) { Far = 200, Near = 100 };
        var slower = 0;
        for (var step = 0; step < SharedWrites.Period; step++)
        {
            machine.Run(1);
            slower += machine.Writes.IsForFarCores ? 1 : 0;
        }

        Assert.Equal(SharedWrites.TrialSteps / 2, slower);
    }

    /// <summary>
    /// Where steps take what their way of writing costs; one in five takes longer, and one pass in seven is of a short
    /// mini-batch, so that both its steps take next to nothing.
    /// </summary>
    private sealed class Machine(int phase)
    {
        private long _now;
        private int _step;

        internal SharedWrites Writes { get; } = new();

        internal int Far { get; set; }

        internal int Near { get; set; }

        internal void Run(int steps)
        {
            for (var i = 0; i < steps; i++, _step++)
            {
                var sinceShort = (_step + phase) % 7;
                _now += sinceShort < 2 ? 1 : Writes.IsForFarCores ? Far : Near;
                _now += (_step + phase) % 5 == 0 ? 1_000_000 : 0;
                Writes.BeginUpdate(_now, isWhole: sinceShort != 0);
            }
        }
    }
}
