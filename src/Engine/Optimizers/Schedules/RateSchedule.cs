namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>A step's place in its job.</summary>
/// <param name="Step">Counted from 0 through the whole job.</param>
/// <param name="StepsPerEpoch">At least 1.</param>
/// <param name="StepsTotal">Of the whole job.</param>
/// <param name="Cuts">How often the rate was reduced on a plateau so far; see <see cref="Plateau"/>.</param>
public readonly record struct SchedulePlace(long Step, int StepsPerEpoch, long StepsTotal, int Cuts = 0);

/// <summary>What the learning rate is multiplied by in each step: a pure function of the step's place.</summary>
/// <remarks>
/// Computed in double with operations that are rounded alike on every machine, so without the system's powers and
/// cosines. With a warm-up the schedule proper starts where it ends.
/// </remarks>
public abstract record RateSchedule
{
    /// <summary>Always 1.</summary>
    public static RateSchedule Constant { get; } = new ConstantRate();

    /// <summary>Steps over which the factor rises in equal parts to 1. Default 0.</summary>
    /// <remarks>Step s below WarmUp has (s + 1) / WarmUp. Source: Goyal et al. 2017.</remarks>
    public int WarmUp
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(WarmUp), $"warm-up {value} is out of range: choose 0 or more");
    }

    /// <summary>The factor of this step.</summary>
    public double Factor(in SchedulePlace place) => place.Step < WarmUp
        ? (place.Step + 1) / (double)WarmUp
        : After(place with { Step = place.Step - WarmUp, StepsTotal = Math.Max(1, place.StepsTotal - WarmUp) });

    /// <summary>True where the factor depends on how long the job is.</summary>
    public virtual bool KnowsTheEnd => false;

    /// <summary>The plateau that is watched for; null where there is none.</summary>
    public virtual Plateau? Watches => null;

    /// <summary>The factor, the place being counted from the end of the warm-up.</summary>
    private protected abstract double After(in SchedulePlace place);

    private protected static double Fraction(string name, double value) => value is > 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} {value} is out of range: choose above 0 and below 1");

    private sealed record ConstantRate : RateSchedule
    {
        private protected override double After(in SchedulePlace place) => 1;
    }
}
