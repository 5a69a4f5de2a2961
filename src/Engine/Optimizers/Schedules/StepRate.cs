namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>γ^⌊epochs / Every⌋; StepLR of PyTorch.</summary>
/// <remarks>
/// Units: Every in whole epochs, default 10; Gamma (γ) above 0 and below 1, default 0.1.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// </remarks>
public sealed record StepRate : RateSchedule
{
    public StepRate(int every = 10, double gamma = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        (Every, Gamma) = (every, Fraction(nameof(gamma), gamma));
    }

    public int Every { get; }

    public double Gamma { get; }

    private protected override double After(in SchedulePlace place) =>
        IntegerPower.Of(Gamma, place.Step / place.StepsPerEpoch / Every);
}
