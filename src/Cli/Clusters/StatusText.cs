using System.Text;
using Distributed.Cli.Display;
using Distributed.Cluster.Contracts;

namespace Distributed.Cli.Clusters;

/// <summary>A job's status for people.</summary>
internal static class StatusText
{
    /// <summary>Several lines: the job, how far it is, and every worker.</summary>
    internal static string Of(JobStatus status)
    {
        if (status.State == JobState.NoJob)
        {
            return $"no job: {status.Reason}; {Wording.Plural(status.WaitingWorkers, "worker")} waiting";
        }

        var text = new StringBuilder()
            .Append($"job {status.JobId}: {status.Model} on {status.Data}, {State(status)}: {status.Reason}\n")
            .Append(Progress(status));
        if (status.Recoveries > 0)
        {
            text.Append($"\n{Times(status.Recoveries)} recovered, ")
                .Append($"the last time in {status.LastRecoverySeconds:0.00} s");
        }

        foreach (var worker in status.Workers)
        {
            text.Append('\n').Append(Worker(worker));
        }

        if (status.Fingerprint.Length > 0)
        {
            text.Append($"\nfingerprint {status.Fingerprint}");
        }

        return text.Append($"\nrun directory {status.RunDir}").ToString();
    }

    /// <summary>How far it is, in one line.</summary>
    internal static string Progress(JobStatus status)
    {
        var loss = status.HasLoss ? $"  loss {Wording.Loss(status.Loss)}" : "";
        var accuracy = status.HasAccuracy ? $"  accuracy {Wording.Percent(status.Accuracy)}" : "";
        return $"epoch {status.Epoch}/{status.Epochs}  step {Wording.Count(status.Step)}"
            + $"/{Wording.Count(status.StepsTotal)}{loss}{accuracy}  {Wording.Rate(status.SamplesPerSecond)}  "
            + $"{Wording.Plural(status.Workers.Count(worker => worker.Rank >= 0), "worker")}";
    }

    /// <summary>One word for people.</summary>
    internal static string State(JobStatus status) => status.State.ToString().ToLowerInvariant();

    private static string Worker(WorkerStatus worker) => worker.Rank < 0
        ? $"  {worker.Name} at {worker.Address}: {worker.State}"
        : $"  {worker.Name} at {worker.Address}: {worker.State}, micro-batches {worker.FirstMicrobatch} to "
            + $"{worker.FirstMicrobatch + worker.Microbatches - 1}, {Wording.Rate(worker.SamplesPerSecond)}, "
            + $"last lease computing {worker.ComputeSeconds * 1000:0.0} ms, waiting {worker.WaitSeconds * 1000:0.0} ms";

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}

/// <summary>Statuses as lines for a log: one when the state changes, and one every few seconds.</summary>
internal sealed class StatusLines(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private JobState _state;
    private long _last;

    /// <summary>Null where there is nothing new to say.</summary>
    internal string? Next(JobStatus status)
    {
        if (status.State == _state && clock.GetElapsedTime(_last) < Quiet)
        {
            return null;
        }

        (_state, _last) = (status.State, clock.GetTimestamp());
        return status.State is JobState.Training
            ? StatusText.Progress(status)
            : $"{StatusText.State(status)}: {status.Reason}";
    }
}
