namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>γ^epochs; ExponentialLR of PyTorch.</summary>
/// <remarks>
/// Units: Gamma (γ) per whole epoch, above 0 and below 1, default 0.95.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// </remarks>
public sealed record ExponentialRate : RateSchedule
{
    public ExponentialRate(double gamma = 0.95) => Gamma = Fraction(nameof(gamma), gamma);

    public double Gamma { get; }

    private protected override double After(in SchedulePlace place) =>
        IntegerPower.Of(Gamma, place.Step / place.StepsPerEpoch);
}
