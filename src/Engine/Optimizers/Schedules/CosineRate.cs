namespace Distributed.Engine.Optimizers.Schedules;

/// <summary>Least + (1 − Least)·(1 + cos(π·s/S)) / 2 in step s of S: half a wave from 1 down to Least.</summary>
/// <remarks>
/// Units: Least in [0, 1), a part of the learning rate, default 0; steps are counted from the end of the warm-up.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// Source: Loshchilov and Hutter 2017, equation 5, without restarts.
/// </remarks>
public sealed record CosineRate : RateSchedule
{
    /// <summary>(−1)ᵏ / (2k)!, from k = 12 down: below 1e-18 of the sum are left out up to π/2.</summary>
    private static readonly double[] Taylor =
    [
        1.0 / 620448401733239439360000.0, -1.0 / 1124000727777607680000.0, 1.0 / 2432902008176640000.0,
        -1.0 / 6402373705728000.0, 1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
        1.0 / 40320.0, -1.0 / 720.0, 1.0 / 24.0, -0.5, 1.0,
    ];

    public CosineRate(double least = 0) => Least = least is >= 0 and < 1
        ? least
        : throw new ArgumentOutOfRangeException(
            nameof(least), $"least {least} is out of range: choose 0 up to below 1");

    public double Least { get; }

    public override bool KnowsTheEnd => true;

    private protected override double After(in SchedulePlace place)
    {
        var part = Math.Min(1, place.Step / (double)place.StepsTotal);
        return Least + ((1 - Least) * (1 + CosineOfPi(part)) / 2);
    }

    /// <summary>cos(π·x) for x in [0, 1], by its series about 0, mirrored about ½.</summary>
    internal static double CosineOfPi(double x)
    {
        if (x > 0.5)
        {
            return -CosineOfPi(1 - x);
        }

        var square = Math.PI * x * (Math.PI * x);
        var sum = 0.0;
        foreach (var term in Taylor)
        {
            sum = (sum * square) + term;
        }

        return sum;
    }
}
