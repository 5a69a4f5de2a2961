using System.Globalization;
using Distributed.Coordinator;

namespace Distributed.Cli.Display;

/// <summary>How figures are written for people, the same in all displays.</summary>
internal static class Wording
{
    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Rate(double samplesPerSecond) => $"{Count((long)Math.Round(samplesPerSecond))} samples/s";

    /// <summary>Four significant digits or so: losses span many sizes.</summary>
    internal static string Loss(double loss) => Math.Abs(loss) switch
    {
        >= 1000 or (> 0 and < 0.0001) => loss.ToString("0.000e+0", CultureInfo.InvariantCulture),
        >= 10 => loss.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.1 => loss.ToString("0.0000", CultureInfo.InvariantCulture),
        _ => loss.ToString("0.00000", CultureInfo.InvariantCulture),
    };

    internal static string Percent(double part) => $"{(part * 100).ToString("0.00", CultureInfo.InvariantCulture)} %";

    internal static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes:00} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        { TotalSeconds: >= 10 } => $"{time.TotalSeconds:0} s",
        _ => $"{time.TotalSeconds:0.0} s",
    };

    internal static string Plural(long count, string one) => $"{Count(count)} {one}{(count == 1 ? "" : "s")}";

    /// <summary>What is trained on what.</summary>
    internal static string What(RunHeader header)
    {
        var heldOut = header.TestSamples > 0 ? $" and {Count(header.TestSamples)} held out" : "";
        return $"{header.Data} ({Plural(header.TrainSamples, "sample")}{heldOut}), {header.Model} "
            + $"({Plural(header.Parameters, "parameter")})";
    }

    /// <summary>How it is trained.</summary>
    internal static string How(RunHeader header) =>
        $"{Plural(header.Workers, "worker")}, batches of {Count(header.BatchSize)} in micro-batches of "
        + $"{Count(header.MicrobatchSize)}, {header.Optimizer} with learning rate "
        + $"{header.LearningRate.ToString(CultureInfo.InvariantCulture)}{header.Extras}, seed {header.Seed}";

    /// <summary>The results of an epoch, without its number.</summary>
    internal static string Results(EpochCompleted epoch) => string.Join("  ",
        Parts(("loss", "accuracy", epoch.TrainLoss, epoch.TrainAccuracy))
            .Concat(epoch.TestLoss is { } test
                ? Parts(("test loss", "test accuracy", test, epoch.TestAccuracy))
                : []));

    /// <summary>What happened to a cluster's members, in one line.</summary>
    internal static string Of(MembershipEvent happened) => happened switch
    {
        WorkerJoined joined => $"{joined.Name} joined from {joined.Address}",
        WorkerLeft left => $"{left.Name} left after step {Count(left.Step)}",
        WorkerLost lost => $"{lost.Name} lost after step {Count(lost.Step)} ({lost.Phase}): {lost.Cause}",
        WorkerTroubled troubled =>
            $"{troubled.Name} in trouble after step {Count(troubled.Step)} ({troubled.Phase}): {troubled.Cause}",
        MembersChanged changed =>
            $"generation {changed.Generation}: {Plural(changed.Workers.Count, "worker")} from step "
            + $"{Count(changed.Step)} after {Duration(changed.Took)}: {changed.Reason}",
        Recovered recovered =>
            $"recovered at step {Count(recovered.Step)} in {recovered.Took.TotalSeconds:0.00} s: {recovered.Cause}",
        JobRolledBack back =>
            $"steps {Count(back.ToStep + 1)} to {Count(back.FromStep)} are done again: {back.Reason}",
        _ => throw new InvalidOperationException($"no words for {happened.GetType().Name}"),
    };

    /// <summary>What is said at the end, line by line.</summary>
    internal static IEnumerable<string> Summary(RunOutcome outcome)
    {
        switch (outcome.End)
        {
            case JobDone done:
                var test = done.TestLoss is { } loss ? $"test loss {Loss(loss)}, " : "";
                var accuracy = done.TestAccuracy is { } hits ? $"test accuracy {Percent(hits)}, " : "";
                var rate = done.SamplesPerSecond > 0 ? $"{Rate(done.SamplesPerSecond)}, " : "";
                if (done.Epochs < outcome.Epochs)
                {
                    yield return $"ended early after epoch {done.Epochs} of {outcome.Epochs}: the held-out loss no "
                        + "longer falls";
                }

                yield return $"done: {Plural(done.Steps, "step")}, {test}{accuracy}{rate}"
                    + Duration(done.Elapsed);
                yield return $"fingerprint {done.Fingerprint}";
                yield return $"run directory {outcome.RunDirectory}";
                break;
            case JobStopped stopped:
                var checkpoint = outcome.Checkpoint ?? stopped.Location;
                yield return $"stopped after step {stopped.Step}"
                    + (checkpoint.Length > 0 ? $"; checkpoint {checkpoint}" : "");
                yield return $"go on with: distributed {outcome.Command} --resume "
                    + $"--run-dir {Quoted(outcome.RunDirectory)}";
                break;
        }
    }

    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,".Contains(c, StringComparison.Ordinal))
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static IEnumerable<string> Parts((string Loss, string Accuracy, double Mean, double? Share) values)
    {
        yield return $"{values.Loss} {Loss(values.Mean)}";
        if (values.Share is { } share)
        {
            yield return $"{values.Accuracy} {Percent(share)}";
        }
    }
}
