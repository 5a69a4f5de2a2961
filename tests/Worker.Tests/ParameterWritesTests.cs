using Distributed.Worker.Local;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Worker.Tests;

public sealed class ParameterWritesTests
{
    [Fact]
    public void FasterWay_IsKept_WhicheverStepsAreDisturbedOrShort() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            Gen.Choose(100, 10_000).Two().ToArbitrary(),
            Gen.Choose(0, 34).ToArbitrary(),
            (costs, phase) =>
            {
                var machine = new Machine(phase) { PastCaches = costs.Item1, Claimed = costs.Item2 };
                machine.Run(ParameterWrites.TrialSteps + 2);
                for (var step = 0; step < 50; step++)
                {
                    Assert.Equal(machine.PastCaches <= machine.Claimed, machine.Writes.PastCaches);
                    machine.Run(1);
                }
            }));

    [Fact]
    public void Choice_FollowsTheMachine_WithinTwoPeriods()
    {
        var machine = new Machine(phase: 0);
        foreach (var (pastCaches, claimed) in new[] { (200, 100), (100, 200), (200, 100) })
        {
            (machine.PastCaches, machine.Claimed) = (pastCaches, claimed);
            machine.Run(2 * ParameterWrites.Period);
            Assert.Equal(pastCaches < claimed, machine.Writes.PastCaches);
        }
    }

    [Fact]
    public void Trial_IsAFewStepsOfEachPeriod_HalfOfThemWithEachWay()
    {
        var machine = new Machine(phase: 3) { PastCaches = 200, Claimed = 100 };
        var slower = 0;
        for (var step = 0; step < ParameterWrites.Period; step++)
        {
            machine.Run(1);
            slower += machine.Writes.PastCaches ? 1 : 0;
        }

        Assert.Equal(ParameterWrites.TrialSteps / 2, slower);
    }

    /// <summary>
    /// Where steps take what their way of writing costs; one in five takes longer, and one pass in seven is of a short
    /// mini-batch, so that both its steps take next to nothing.
    /// </summary>
    private sealed class Machine(int phase)
    {
        private long _now;
        private int _step;

        internal ParameterWrites Writes { get; } = new();

        internal int PastCaches { get; set; }

        internal int Claimed { get; set; }

        internal void Run(int steps)
        {
            for (var i = 0; i < steps; i++, _step++)
            {
                var sinceShort = (_step + phase) % 7;
                _now += sinceShort < 2 ? 1 : Writes.PastCaches ? PastCaches : Claimed;
                _now += (_step + phase) % 5 == 0 ? 1_000_000 : 0;
                Writes.BeginUpdate(_now, isWhole: sinceShort != 0);
            }
        }
    }
}
