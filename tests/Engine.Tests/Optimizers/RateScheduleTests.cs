using Distributed.Engine.Optimizers.Schedules;

namespace Distributed.Engine.Tests.Optimizers;

public sealed class RateScheduleTests
{
    private const int PerEpoch = 10;
    private const long Total = 200;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(99, 1)]
    [InlineData(100, 0.1)]
    [InlineData(199, 0.1)]
    public void StepRate_FallsAtEveryTenthEpoch(long step, double factor) =>
        Assert.Equal(factor, new StepRate().Factor(At(step)), 1e-15);

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 0.5)]
    [InlineData(39, 0.125)]
    public void ExponentialRate_FallsAtEveryEpoch(long step, double factor) =>
        Assert.Equal(factor, new ExponentialRate(0.5).Factor(At(step)));

    [Fact]
    public void CosineRate_IsTheCosine_AtEveryStep()
    {
        for (var step = 0L; step <= Total; step++)
        {
            var truth = 0.1 + (0.9 * (1 + Math.Cos(Math.PI * step / Total)) / 2);
            Assert.Equal(truth, new CosineRate(0.1).Factor(At(step)), 1e-15);
        }
    }

    [Fact]
    public void CosineOfPi_EqualsTheLibrarysCosine_ToTheLastBits()
    {
        for (var i = 0; i <= 10_000; i++)
        {
            Assert.Equal(Math.Cos(Math.PI * i / 10_000.0), CosineRate.CosineOfPi(i / 10_000.0), 1e-15);
        }
    }

    [Fact]
    public void WarmUp_RisesToTheFullRate_ThenTheScheduleStarts()
    {
        var schedule = new CosineRate { WarmUp = 4 };
        Assert.Equal([0.25, 0.5, 0.75, 1, 1], Enumerable.Range(0, 5).Select(step => schedule.Factor(At(step))));
        Assert.Equal(new CosineRate().Factor(At(98) with { StepsTotal = 196 }), schedule.Factor(At(102)));
    }

    [Fact]
    public void PlateauRate_IsReducedOncePerCut() =>
        Assert.Equal(0.01, new PlateauRate().Factor(At(5) with { Cuts = 2 }), 1e-15);

    // Losses epoch by epoch; patience 1, so the second epoch in a row that is no better ends the patience.
    [Theory]
    [InlineData(0, 1, 3.0, 3.0)]
    [InlineData(1, 1, 3.0, 3.0, 3.5)]
    [InlineData(1, 4, 3.0, 3.0, 3.5, 2.0)]
    [InlineData(2, 1, 3.0, 3.0, 3.5, 3.0, 3.0)]
    [InlineData(0, 4, 4.0, 3.0, 3.5, 2.0)]
    [InlineData(1, 1, 3.0, double.NaN, double.NaN)]
    [InlineData(0, 0)]
    public void Plateau_CountsEpochsWithoutABetterLoss(int plateaus, int best, params double[] losses)
    {
        var plateau = new Plateau(patience: 1, threshold: 1e-4);
        Assert.Equal((plateaus, best), (plateau.Count(losses), plateau.Best(losses)));
    }

    [Fact]
    public void Factors_AreRefused_WhenTheyAreNoFractions()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepRate(gamma: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialRate(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRate(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRate { WarmUp = -1 });
    }

    private static SchedulePlace At(long step) => new(step, PerEpoch, Total);
}
