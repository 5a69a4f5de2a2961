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
    /// Errors: UserErrorException with a line for each setting that differs, naming both values.
    /// </remarks>
    internal static void Check(GivenSettings settings, TrainRequest before, TrainRequest now, ResumePoint? from)
    {
        settings.ThrowMistakes();
        var mistakes = settings.All
            .Select(given => (given, problem: Problem(given, before, now, from)))
            .Where(found => found.problem is not null)
            .Select(found => new Mistake(
                found.given.Place, (found.given.Place is null ? "--" : "") + $"{found.given.Key} {found.problem}"))
            .ToList();
        if (mistakes.Count > 0)
        {
            throw new UserErrorException(Mistake.Lines(mistakes));
        }
    }

    private static string? Problem(Given given, TrainRequest before, TrainRequest now, ResumePoint? from)
    {
        var setting = given.Setting;
        return setting == JobSettings.Workers ? null
            : setting == JobSettings.Epochs ? EpochsProblem(before.Job, now.Job.Epochs, from)
            : setting == JobSettings.Data ? KindProblem(before.Job.Data, now.Job.Data)
            : setting.Show(before) != setting.Show(now) ? Differs(setting.Show(before), setting.Show(now))
            : null;
    }

    private static string? EpochsProblem(Job job, int epochs, ResumePoint? from)
    {
        // Every rate of such a schedule depends on the job's end, those of the steps that are done too.
        if (epochs != job.Epochs && Catalog.Optimizer(job).Schedule.KnowsTheEnd)
        {
            return $"{epochs} does not go with --resume: --schedule '{job.Schedule}' ends with epoch {job.Epochs}; "
                + "leave it out, or start a new run";
        }

        if (from is null)
        {
            return null;
        }

        var cursor = from.Checkpoint.Manifest.Cursor;
        var begun = cursor.Epoch + (cursor.StepInEpoch > 0 ? 1 : 0);
        return epochs < begun
            ? $"{epochs} is less than the {begun} that the run has begun: choose at least {begun}"
            : null;
    }

    private static string? KindProblem(string before, string now) =>
        before.Split(':')[0] == now.Split(':')[0] ? null : Differs(before, now);

    private static string Differs(string? before, string? now) =>
        $"{now ?? "false"} does not go with --resume: the run has {before ?? "none"}; leave it out, or start a new run";
}
