using System.Globalization;
using System.Text;

namespace Distributed.Cli.Tests;

/// <summary>A directory of its own, and command lines run in it, in this process.</summary>
internal sealed class Harness : IDisposable
{
    internal Harness()
    {
        Folder = Directory.CreateTempSubdirectory("distributed-cli-").FullName;
    }

    internal string Folder { get; }

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Sees every line of standard output as it is written.</summary>
    internal Action<string, Interrupts>? OnLine { get; set; }

    /// <summary>80 rows to train and 20 held out: batches of 24 leave a short last one, of 8.</summary>
    internal static string[] SmallJob { get; } =
        ["train", "--data", "csv:small.csv", "--model", "mlp:8", "--batch-size", "24", "--microbatch-size", "3"];

    /// <summary>Three epochs of it, 12 steps.</summary>
    internal static string[] ThreeEpochs { get; } = [.. SmallJob, "--epochs", "3"];

    internal string PathOf(string name) => Path.Combine(Folder, name);

    internal string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A table of three classes that a small network can tell apart.</summary>
    internal void WriteTable(string name = "small.csv", int rows = 100, int shift = 0)
    {
        var text = new StringBuilder("a,b,c,kind\n");
        for (var row = 0; row < rows; row++)
        {
            var (a, b) = (row * 37 % 101 / 101.0, (row + shift) * 53 % 97 / 97.0);
            var kind = a + b < 0.7 ? "low" : a > b ? "left" : "right";
            text.Append(CultureInfo.InvariantCulture, $"{a:0.0000},{b:0.0000},{a - b:0.0000},{kind}\n");
        }

        Write(name, text.ToString());
    }

    internal CliResult Run(params IEnumerable<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var interrupts = new Interrupts();
        using var lines = new LineWatcher(output, line => OnLine?.Invoke(line, interrupts));
        var host = new CliHost
        {
            Out = lines,
            Error = error,
            WorkingDirectory = Folder,
            Clock = Clock,
            Cores = 2,
            Listen = () => interrupts,
        };
        // On a thread without the test runner's context, as in the program: those that wait would hold all its threads.
        var exit = Task.Run(() => Program.Run([.. arguments], host)).GetAwaiter().GetResult();
        return new CliResult(exit, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Passes text on and tells of every complete write.</summary>
    private sealed class LineWatcher(StringWriter inner, Action<string> onLine) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(value);

        public override void Write(string? value)
        {
            inner.Write(value);
            onLine(value ?? "");
        }
    }
}

/// <summary>What a command line did.</summary>
internal sealed record CliResult(int Exit, string Out, string Error)
{
    internal string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The fingerprint it printed, in plain text or in JSON.</summary>
    internal string Fingerprint
    {
        get
        {
            var at = Out.LastIndexOf("fingerprint", StringComparison.Ordinal);
            Assert.True(at >= 0, $"no fingerprint: {Out}{Error}");
            var digits = Out[(at + 11)..].SkipWhile(c => !char.IsAsciiHexDigit(c)).TakeWhile(char.IsAsciiHexDigit);
            return new string([.. digits]);
        }
    }
}
