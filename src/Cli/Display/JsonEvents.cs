using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Coordinator;

namespace Distributed.Cli.Display;

/// <summary>Events as lines of JSON, see Note [JSON lines].</summary>
internal static class JsonEvents
{
    internal static string Of(EpochCompleted epoch) => Text(
        new EpochLine(
            "epoch", epoch.Epoch, epoch.Step, Finite(epoch.TrainLoss), epoch.TrainAccuracy, Finite(epoch.TestLoss),
            epoch.TestAccuracy),
        JsonLines.Default.EpochLine);

    internal static string Of(CheckpointSaved saved) =>
        Text(new CheckpointLine("checkpoint", saved.Step, saved.Location), JsonLines.Default.CheckpointLine);

    internal static string Of(MembershipEvent happened)
    {
        var kind = KindOf(happened);
        return happened switch
        {
            WorkerJoined joined => Member(kind, joined.Name, joined.Address, null, null, null),
            WorkerLeft left => Member(kind, left.Name, null, left.Step, null, null),
            WorkerLost lost => Member(kind, lost.Name, null, lost.Step, lost.Phase, lost.Cause),
            WorkerTroubled trouble => Member(kind, trouble.Name, null, trouble.Step, trouble.Phase, trouble.Cause),
            MembersChanged changed => Text(
                new MembersLine(
                    kind, changed.Generation, changed.Workers, changed.Step, changed.Reason,
                    changed.Took.TotalSeconds),
                JsonLines.Default.MembersLine),
            Recovered recovered => Text(
                new RecoveredLine(
                    kind, recovered.Generation, recovered.Step, recovered.Cause, recovered.Took.TotalSeconds),
                JsonLines.Default.RecoveredLine),
            JobRolledBack back => Text(
                new RolledBackLine(kind, back.FromStep, back.ToStep, back.Reason), JsonLines.Default.RolledBackLine),
            _ => throw new InvalidOperationException($"no line for {happened.GetType().Name}"),
        };
    }

    /// <param name="checkpoint">The last one; null for none.</param>
    internal static string Of(JobEnded end, string? checkpoint, string runDirectory) => end switch
    {
        JobDone done => Text(
            new DoneLine(
                "done", done.Steps, done.Epochs, done.Workers, Finite(done.TrainLoss), Finite(done.TestLoss),
                done.TestAccuracy, done.SamplesPerSecond, done.Elapsed.TotalSeconds, done.Fingerprint),
            JsonLines.Default.DoneLine),
        JobStopped stopped => Text(
            new StoppedLine("stopped", stopped.Step, checkpoint, runDirectory), JsonLines.Default.StoppedLine),
        JobFailed failed => Text(
            new FailedLine(
                "failed", failed.Step, failed.Reason, failed.NonFinite?.Layer, failed.NonFinite?.Microbatch,
                checkpoint, runDirectory),
            JsonLines.Default.FailedLine),
        _ => throw new InvalidOperationException($"no line for {end.GetType().Name}"),
    };

    /// <summary>The word in a line's event field.</summary>
    internal static string KindOf(JobEvent happened) => happened switch
    {
        EpochCompleted => "epoch",
        CheckpointSaved => "checkpoint",
        WorkerJoined => "joined",
        WorkerLeft => "left",
        WorkerLost => "lost",
        WorkerTroubled => "troubled",
        MembersChanged => "members",
        Recovered => "recovered",
        JobRolledBack => "rolled-back",
        JobDone => "done",
        JobStopped => "stopped",
        JobFailed => "failed",
        _ => throw new InvalidOperationException($"no line for {happened.GetType().Name}"),
    };

    /// <summary>JSON has no NaN and no infinity; a test loss may be one before training notices.</summary>
    internal static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    internal static string Text<T>(T line, JsonTypeInfo<T> type) => JsonSerializer.Serialize(line, type);

    private static string Member(
        string kind, string name, string? address, long? step, string? phase, string? cause) =>
        Text(new MemberLine(kind, name, address, step, phase, cause), JsonLines.Default.MemberLine);
}
