using System.Text;
using Distributed.Cli.Bench;
using Distributed.Cli.Clusters;
using Distributed.Cli.Settings;

namespace Distributed.Cli;

/// <summary>What --help prints. Every option says its meaning, unit, range and default.</summary>
internal static class HelpText
{
    private const int ColumnsMax = 100;

    internal const string ExitCodeLines = """
        Exit codes:
          0    done
          1    the run failed (a full disk, for instance)
          2    a mistake on the command line, in a file or in a directory
          3    the loss became NaN or infinite; the last good checkpoint is kept
          130  stopped by Ctrl-C after writing a checkpoint (143 by SIGTERM)
        """;

    internal static string Of(string command) => command switch
    {
        "train" => Train(),
        "eval" => Eval(),
        "example" => Example(),
        "bench" => BenchHelp.Text(),
        "cluster" => ClusterHelp.Cluster(),
        "coordinator" => ClusterHelp.Coordinator(),
        "worker" => ClusterHelp.Worker(),
        "submit" or "status" or "watch" or "stop" or "checkpoint" => ClusterHelp.Call(command),
        _ => Root(),
    };

    private static string Root() => """
        distributed: trains neural networks with several workers; the result is the same bits for any number of them

        Usage:
          distributed train [options]             train a model
          distributed eval CHECKPOINT [options]   measure a trained model
          distributed example [NAME]              learn from a worked example, or list them
          distributed bench [PART...]             measure what this machine can do
          distributed cluster [options]           train with several processes on this machine
          distributed coordinator [options]       lead a cluster of several machines
          distributed worker --join HOST:PORT     take part in a cluster
          distributed submit JOB.yaml             give a coordinator a job
          distributed status|watch|stop|checkpoint   ask a coordinator about its job

          distributed COMMAND --help              all options of a command
          distributed --version                   the version

        To begin:
          distributed train                       digits, a small network, one worker per core: under a minute
          distributed cluster                     the same with a process per core, and the same result
        """ + "\n";

    private static string Train()
    {
        var text = new StringBuilder("""
            Trains a model and prints its fingerprint.

            Usage:
              distributed train [options]

            The job (the same names are keys of a job file):

            """.ReplaceLineEndings("\n"));
        AppendSettings(text, JobSettings.All);
        text.Append("\nThe run:\n");
        AppendOption(text, "--job FILE.yaml", "Take settings from a file; options given here win over it.");
        AppendOption(text, "--run-dir DIR",
            "Where the job, metrics and checkpoints go. Default runs/ and the time in UTC, as runs/20260131-174500.");
        AppendOption(text, "--resume",
            "Go on with the run in --run-dir, or with the newest in runs/. The job is the run's; --workers is free "
            + "and --epochs may be raised.");
        AppendOption(text, "--json", "Print one JSON object per line on standard output; the last is the result.");
        AppendOption(text, "-h, --help", "Print this.");
        return text.Append("""

            Examples:
              distributed train
              distributed train --data csv:houses.csv --label price --standardize --model mlp:64,64
              distributed train --workers 4 --epochs 20 --run-dir runs/first
              distributed train --resume --run-dir runs/first --workers 2

            Ctrl-C finishes the step, writes a checkpoint and says how to go on; a second one ends at once.


            """.ReplaceLineEndings("\n")).Append(ExitCodeLines).Append('\n').ToString();
    }

    private static string Eval()
    {
        var text = new StringBuilder("""
            Measures loss and accuracy of a checkpoint, on the held-out samples where some are held out.

            Usage:
              distributed eval CHECKPOINT [options]

            CHECKPOINT is the directory of a run (its newest checkpoint is taken) or of one checkpoint.

            Options (where left out, they are those of the trained job):

            """.ReplaceLineEndings("\n"));
        AppendSettings(text, JobSettings.OfData);
        AppendOption(text, "--json", "Print one JSON object instead of a line of text.");
        AppendOption(text, "-h, --help", "Print this.");
        return text.Append("""

            Examples:
              distributed eval runs/20260131-174500
              distributed eval runs/first/checkpoints/step-000000790 --data csv:more.csv --json


            """.ReplaceLineEndings("\n")).Append(ExitCodeLines).Append('\n').ToString();
    }

    private static string Example()
    {
        var text = new StringBuilder("""
            Runs a worked example, which says what it does and checks its result; without a name, lists them all.

            Usage:
              distributed example [NAME] [options]

            Options:

            """.ReplaceLineEndings("\n"));
        AppendOption(text, "--out DIR", "Where pictures go, as SVG. Default runs/examples.");
        AppendOption(text, "-h, --help", "Print this.");
        return text.Append("""

            Examples:
              distributed example
              distributed example computational-graph
              distributed example circle --out pictures


            """.ReplaceLineEndings("\n")).Append(ExitCodeLines).Append('\n').ToString();
    }

    internal static void AppendSettings(StringBuilder text, IReadOnlyList<Setting> settings)
    {
        foreach (var setting in settings)
        {
            AppendOption(text, $"--{setting.Name} {setting.ValueName}".TrimEnd(), setting.Help);
        }
    }

    /// <summary>The option in a column, its meaning wrapped beside it.</summary>
    internal static void AppendOption(StringBuilder text, string option, string meaning)
    {
        const int Column = 24;
        var line = new StringBuilder("  " + option.PadRight(Column - 3) + " ");
        foreach (var word in meaning.Split(' '))
        {
            if (line.Length + word.Length > ColumnsMax)
            {
                text.Append(line.ToString().TrimEnd()).Append('\n');
                line.Clear().Append(' ', Column);
            }

            line.Append(word).Append(' ');
        }

        text.Append(line.ToString().TrimEnd()).Append('\n');
    }
}
