namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>Epochs without a better held-out loss: a pure function of the epochs' losses.</summary>
/// <remarks>
/// A loss is better where it is below best·(1 − Threshold); NaN never is. More than Patience epochs in a row that are
/// not better are a plateau; then counting starts anew.
/// Errors: ArgumentOutOfRangeException for a negative number.
/// </remarks>
public sealed record Plateau
{
    public Plateau(int patience, double threshold)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        (Patience, Threshold) = (patience, threshold is >= 0 and < 1
            ? threshold
            : throw new ArgumentOutOfRangeException(
                nameof(threshold), $"threshold {threshold} is out of range: choose 0 up to below 1"));
    }

    /// <summary>Epochs that may pass without a better loss.</summary>
    public int Patience { get; }

    public double Threshold { get; }

    /// <summary>How many plateaus these epochs, in order, have met.</summary>
    public int Count(IEnumerable<double> losses) => Walk(losses).Plateaus;

    /// <summary>The epoch, from 1, of the last loss that was better; 0 for none.</summary>
    public int Best(IEnumerable<double> losses) => Walk(losses).Best;

    private (int Plateaus, int Best) Walk(IEnumerable<double> losses)
    {
        var (least, waited, plateaus, best, epoch) = (double.PositiveInfinity, 0, 0, 0, 0);
        foreach (var loss in losses)
        {
            epoch++;
            if (loss < least - (double.IsFinite(least) ? Math.Abs(least) * Threshold : 0))
            {
                (least, waited, best) = (loss, 0, epoch);
            }
            else if (++waited > Patience)
            {
                (waited, plateaus) = (0, plateaus + 1);
            }
        }

        return (plateaus, best);
    }
}
