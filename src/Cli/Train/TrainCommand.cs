using Distributed.Cli.Display;
using Distributed.Cli.Runs;
using Distributed.Engine.Data;

namespace Distributed.Cli.Train;

/// <summary>distributed train: prepares a run, trains, shows it, and says how it ended.</summary>
internal static class TrainCommand
{
    /// <remarks>Errors: UserErrorException for all that is the user's to mend, before training starts.</remarks>
    internal static int Run(TrainArguments arguments, CliHost host)
    {
        using var interrupts = host.Listen();
        using var prepared = PreparedRun.Of(arguments, host);
        using var run = new LocalRun(prepared, host.Cores);
        var trainer = run.Trainer;
        if (arguments.Resume && prepared.Cursor.Step >= trainer.StepsTotal)
        {
            host.Error.WriteLine($"all {trainer.StepsTotal} steps are done already: measuring the result again");
        }

        var header = RunHeader.Of(
            prepared, "train", trainer.Workers, trainer.State.Layout.Length, trainer.Schedule, host);
        var countsHits = prepared.Data.Train.Task == TaskKind.Classification;
        var show = new RunShow(header, countsHits, run.Metrics, arguments.Json, host);
        var end = trainer.RunAsync(
            run.Store,
            happened =>
            {
                run.Metrics.Observe(happened);
                show.Observe(happened);
            },
            interrupts.Stop).GetAwaiter().GetResult();
        // A failed job may leave one half written; it is finished rather than torn.
        run.Store.WhenIdle.GetAwaiter().GetResult();
        var checkpoint = run.Store.Last is { } last ? DataPath.ShortPath(last.Location, host) : null;
        return show.End(end, checkpoint, interrupts);
    }
}
