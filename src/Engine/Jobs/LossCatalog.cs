using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Losses;

namespace Distributed.Engine.Jobs;

/// <summary>Losses by name.</summary>
/// <remarks>
/// Means are over a sample's outputs and the batch's samples, sums of squares are sums over both; --reduction says
/// otherwise for the samples.
/// </remarks>
public static class LossCatalog
{
    private static readonly IReadOnlyList<NamedChoice<Loss>> Losses =
    [
        new("auto", [], _ => Loss.Default),
        new("cross-entropy", ["SMOOTHING"], at => new SoftmaxLoss(Smoothing(at.Single(0, 0)))),
        new("bce", [], _ => new BinaryLoss(OfLogits: false)),
        new("bce-logits", [], _ => new BinaryLoss(OfLogits: true)),
        new("mse", [], _ => new RegressionLoss("mse", (y, t) => (y - t).Square().Mean())),
        new("half-mse", [], _ => new RegressionLoss("half-mse", (y, t) => 0.5f * (y - t).Square().Mean())),
        new("sum-of-squares", [], _ => new RegressionLoss(
            "sum-of-squares", SquaredErrors.SumOfSquares) { SumsSamples = true }),
        new("half-sum-of-squares", [], _ => new RegressionLoss(
            "half-sum-of-squares", SquaredErrors.HalfSumOfSquares) { SumsSamples = true }),
        new("huber", ["DELTA"], HuberOf),
    ];

    /// <summary>All losses, for help.</summary>
    public static string Usage => NamedChoices.Usage(Losses);

    /// <summary>The job's loss.</summary>
    /// <remarks>Errors: UserErrorException naming what there is.</remarks>
    public static Loss Of(Job job)
    {
        var loss = NamedChoices.Read("--loss", job.Loss, Losses);
        CheckReduction(job);
        return job.Reduction is null ? loss : loss with { SumsSamples = job.Reduction == "sum" };
    }

    /// <remarks>Errors: UserErrorException for a reduction that there is not.</remarks>
    internal static void CheckReduction(Job job)
    {
        if (job.Reduction is not (null or "mean" or "sum"))
        {
            var near = NearestName.Of(job.Reduction, ["mean", "sum"]) is { } name ? $"did you mean {name}? " : "";
            throw new UserErrorException($"--reduction '{job.Reduction}' is unknown: {near}choose mean or sum");
        }
    }

    private static RegressionLoss HuberOf(NamedNumbers at)
    {
        var delta = at.Single(0, 1);
        return delta > 0 && float.IsFinite(delta)
            ? new RegressionLoss("huber", (y, t) => Huber.Of(y, t, delta).Mean())
            : throw new ArgumentOutOfRangeException(
                nameof(at), $"delta {delta} is out of range: choose a number above 0");
    }

    private static float Smoothing(float smoothing) => smoothing is >= 0 and < 1
        ? smoothing
        : throw new ArgumentOutOfRangeException(
            nameof(smoothing), $"smoothing {smoothing} is out of range: choose 0 up to below 1");
}
