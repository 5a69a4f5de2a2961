using System.Text;
using Distributed.Cli.Settings;

namespace Distributed.Cli.Bench;

/// <summary>What bench understands, and what its --help prints.</summary>
internal static class BenchHelp
{
    /// <summary>The settings of a job that matter to what is measured.</summary>
    internal static IReadOnlyList<Setting> Settings { get; } =
        [JobSettings.Model, JobSettings.BatchSize, JobSettings.MicrobatchSize];

    internal static string Text()
    {
        var text = new StringBuilder("""
            Measures what this machine can do and what training makes of it, on random samples of 28 by 28 pixels.

            Usage:
              distributed bench [PART...] [options]

            Parts (all of them where none is named):

            """.ReplaceLineEndings("\n"));
        HelpText.AppendOption(text, BenchArguments.Peak,
            "Fused multiply-adds per second of one core, as GFLOP/s; bytes read from memory per second, by one thread "
            + "and by all cores.");
        HelpText.AppendOption(text, BenchArguments.Gemm,
            "The three matrix products of linear layers of several sizes, on one core, with the widest vectors and "
            + "with 256 bits.");
        HelpText.AppendOption(text, BenchArguments.Layers,
            "Each operation of a model's forward and backward pass over one batch, on one core.");
        HelpText.AppendOption(text, BenchArguments.Scaling,
            "Training steps with 1, 2, 4, ... workers, up to one per core, in turns.");
        text.Append("\nOptions:\n");
        HelpText.AppendSettings(text, Settings);
        HelpText.AppendOption(text, "--seconds S",
            $"About how long each part takes, above 0 up to {BenchArguments.SecondsMax}. Default "
            + $"{BenchArguments.SecondsDefault}.");
        HelpText.AppendOption(text, "--json", "Print one JSON object per measurement on standard output.");
        HelpText.AppendOption(text, "-h, --help", "Print this.");
        return text.Append("""

            Progress goes to standard error. Other programs that run meanwhile make everything slower.

            Examples:
              distributed bench
              distributed bench layers --model cnn --batch-size 64
              distributed bench gemm scaling --seconds 30 --json


            """.ReplaceLineEndings("\n")).Append(HelpText.ExitCodeLines).Append('\n').ToString();
    }
}
