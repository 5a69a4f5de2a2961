using System.Text;
using Distributed.Cli.Bench;
using Distributed.Cli.Clusters;
using Distributed.Cli.Evaluate;
using Distributed.Cli.Teaching;
using Distributed.Cli.Train;
using Distributed.Engine.Errors;

namespace Distributed.Cli;

/// <summary>The `distributed` command.</summary>
internal static class Program
{
    /// <summary>Name and version, as in --version and in checkpoints.</summary>
    internal static string Version => $"distributed {VersionNumber}";

    internal static string VersionNumber { get; } =
        typeof(Program).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private static int Main(string[] arguments)
    {
        // Flushed by whoever writes, in whole lines: the reader of a pipe sees a line once it is complete.
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        return Run(arguments, new CliHost
        {
            Out = output,
            Error = new Display.ErrorLines(Console.Error),
            WorkingDirectory = Environment.CurrentDirectory,
            Console = Display.Terminal.Find(),
            Listen = () => new SystemInterrupts(),
            Variable = Environment.GetEnvironmentVariable,
        });
    }

    /// <summary>Runs a command line and returns the exit code.</summary>
    internal static int Run(IReadOnlyList<string> arguments, CliHost host)
    {
        try
        {
            return new CommandLine().Parse(arguments) switch
            {
                HelpRequest help => Print(host, HelpText.Of(help.Command)),
                VersionRequest => Print(host, Version + "\n"),
                TrainArguments train => TrainCommand.Run(train, host),
                EvalArguments eval => EvalCommand.Run(eval, host),
                ExampleArguments example => ExampleCommand.Run(example, host),
                BenchArguments bench => BenchCommand.Run(bench, host),
                ClusterArguments cluster => ClusterCommand.Run(cluster, host),
                CoordinatorArguments coordinator => CoordinatorCommand.Run(coordinator, host),
                WorkerArguments worker => WorkerCommand.Run(worker, host),
                ClientArguments client => ClientCommands.Run(client, host),
                _ => throw new InvalidOperationException("a request without a command"),
            };
        }
        catch (UserErrorException error)
        {
            // A line for each mistake of a file that was checked as a whole.
            foreach (var line in error.Message.Split('\n'))
            {
                host.Error.WriteLine($"distributed: {line.ReplaceLineEndings(" ")}");
            }

            return ExitCodes.UserMistake;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"distributed: {error.Message.ReplaceLineEndings(" ")}");
            return ExitCodes.Failed;
        }
    }

    private static int Print(CliHost host, string text)
    {
        host.Out.Write(text);
        host.Out.Flush();
        return ExitCodes.Done;
    }
}
