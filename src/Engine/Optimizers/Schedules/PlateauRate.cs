namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>γ^cuts: the rate is reduced each time the held-out loss has stopped falling.</summary>
/// <remarks>
/// Units: Gamma (γ) above 0 and below 1, default 0.1; Patience in epochs, default 10; Threshold is how far below the
/// best a loss must be to count as better, as a part of it, default 1e-4; ReduceLROnPlateau of PyTorch.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// </remarks>
public sealed record PlateauRate : RateSchedule
{
    public PlateauRate(int patience = 10, double gamma = 0.1, double threshold = 1e-4) =>
        (Watches, Gamma) = (new Plateau(patience, threshold), Fraction(nameof(gamma), gamma));

    public double Gamma { get; }

    public override Plateau Watches { get; }

    private protected override double After(in SchedulePlace place) => IntegerPower.Of(Gamma, place.Cuts);
}
