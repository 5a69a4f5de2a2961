using Distributed.Cli.Settings;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Training.Runs;

namespace Distributed.Cli.Runs;

/// <summary>Which settings may come with --resume: those that do not change the bits of what is done already.</summary>
internal static class ResumeRules
{
    /// <summary>Checks every given setting against the run's.</summary>
    /// <remarks>
    /// Workers are free. Epochs may be more, or fewer down to those begun, unless the schedule goes by the end.
    /// Data may lie elsewhere; their contents are
    /// checked when they are loaded. All else must be equal.
    /// Errors: UserErrorException naming the setting and both values.
    /// </remarks>
    internal static void Check(
        IReadOnlyList<Given> settings, TrainRequest before, TrainRequest now, ResumePoint? from)
    {
        foreach (var given in settings.Where(given => given.Setting != JobSettings.Workers))
        {
            if (given.Setting == JobSettings.Epochs)
            {
                CheckEpochs(given, before.Job, now.Job.Epochs, from);
            }
            else if (given.Setting == JobSettings.Data)
            {
                CheckKind(given, before.Job.Data, now.Job.Data);
            }
            else if (given.Setting.Show(before) != given.Setting.Show(now))
            {
                throw Differs(given, given.Setting.Show(before), given.Setting.Show(now));
            }
        }
    }

    private static void CheckEpochs(Given given, Job job, int epochs, ResumePoint? from)
    {
        // Every rate of such a schedule depends on the job's end, those of the steps that are done too.
        if (epochs != job.Epochs && Catalog.Optimizer(job).Schedule.KnowsTheEnd)
        {
            throw new UserErrorException(
                $"{given.Spelled} {epochs} does not go with --resume: --schedule '{job.Schedule}' ends with epoch "
                + $"{job.Epochs}; leave it out, or start a new run");
        }

        if (from is null)
        {
            return;
        }

        var cursor = from.Checkpoint.Manifest.Cursor;
        var begun = cursor.Epoch + (cursor.StepInEpoch > 0 ? 1 : 0);
        if (epochs < begun)
        {
            throw new UserErrorException(
                $"{given.Spelled} {epochs} is less than the {begun} that the run has begun: choose at least {begun}");
        }
    }

    private static void CheckKind(Given given, string before, string now)
    {
        if (before.Split(':')[0] != now.Split(':')[0])
        {
            throw Differs(given, before, now);
        }
    }

    private static UserErrorException Differs(Given given, string? before, string? now) => new(
        $"{given.Spelled} {now ?? "false"} does not go with --resume: the run has {before ?? "none"}; leave it out, or "
        + "start a new run");
}
