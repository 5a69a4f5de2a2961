using System.Text;
using Distributed.Cli.Settings;

namespace Distributed.Cli.Clusters;

/// <summary>What --help prints for the commands of clusters.</summary>
internal static class ClusterHelp
{
    private static readonly (string Option, string Meaning)[] SecurityOptions =
    [
        ("--token-file FILE",
            "The cluster's token: whoever knows it may join and call. It is never sent. Default: the one that the "
            + "coordinator made in its run directory, for this machine."),
        ("--tls-cert FILE", "This node's certificate, PEM. With --tls-key and --tls-ca both links are encrypted, and "
            + "both sides show a certificate."),
        ("--tls-key FILE", "The certificate's key, PEM."),
        ("--tls-ca FILE", "Who signed the cluster's certificates, PEM."),
    ];

    private static readonly (string Option, string Meaning) Insecure = (
        "--insecure", "Allow listening beyond this machine without TLS, on a network that you trust.");

    private static readonly (string Option, string Meaning) Health = (
        "--health HOST:PORT", "Answer GET /healthz and /readyz there, for probes. Default: nowhere.");

    private static readonly (string Option, string Meaning) Otlp = (
        "--otlp URL", "Send metrics and traces to an OpenTelemetry collector. Default: OTEL_EXPORTER_OTLP_ENDPOINT, "
            + "else nowhere.");

    private static readonly (string Option, string Meaning) Threads = (
        "--threads T", "Compute threads of a worker, 1 to 1024. Does not change the result. Default 1.");

    internal static string Cluster()
    {
        var text = new StringBuilder("""
            Trains with several processes on this machine and prints the fingerprint, the same as train's.

            Usage:
              distributed cluster [options]

            This process is the coordinator; it starts --workers worker processes, starts those again that die, and
            shows all of them in one view. All end with it, however it ends. Others may join with distributed worker.

            The job (the same names are keys of a job file):

            """.ReplaceLineEndings("\n"));
        HelpText.AppendSettings(text, JobSettings.All);
        text.Append("\nThe run:\n");
        Append(text, Threads,
            ("--job FILE.yaml", "Take settings from a file; options given here win over it."),
            ("--run-dir DIR", "Where job, journal, metrics and checkpoints go. Default runs/ and the time in UTC."),
            ("--resume", "Go on with the run in --run-dir, or with the newest in runs/."),
            ("--json", "Print one JSON object per line on standard output; the last is the result."), Otlp);
        return End(text, """
            Examples:
              distributed cluster
              distributed cluster --workers 4 --threads 2 --epochs 20
              distributed cluster --resume --run-dir runs/20260131-174500
            """);
    }

    internal static string Coordinator()
    {
        var text = new StringBuilder("""
            Leads a cluster: workers join it from this machine or others, at any time.

            Usage:
              distributed coordinator [options]

            With --job it leads that job and ends with it; without, it waits for distributed submit. Started again with
            the same run directory it goes on where it was, whatever had ended it.

            Options:

            """.ReplaceLineEndings("\n"));
        Append(text,
            ("--listen HOST:PORT", "Where workers and callers reach it. Default loopback, a port that the system "
                + "chooses and that is found through the run directory."),
            ("--data-listen HOST:PORT", "Where workers send checkpoints and get data. Default the address of --listen, "
                + "with a port of the system."),
            ("--advertise HOST", "What others should dial. Default the address that is listened at; where that is "
                + "0.0.0.0, this machine's name."),
            ("--job FILE.yaml", "The job. Default: wait for one."),
            ("--workers-min N", "Workers to wait for before a job begins, 1 to 1024. Default 1."),
            ("--run-dir DIR", "With --job the run's directory, else the directory of runs. Default runs/, with --job a "
                + "new directory in it."));
        Append(text, [.. SecurityOptions, Insecure, Health, Otlp,
            ("--stay", "After the end of --job, go on answering status and watch until told to end."),
            ("--json", "Print one JSON object per line on standard output.")]);
        return End(text, """
            Examples:
              distributed coordinator --job job.yaml --run-dir runs/first --workers-min 2
              distributed coordinator --listen 0.0.0.0:7000 --token-file token --tls-cert n.crt --tls-key n.key --tls-ca ca.crt
            """);
    }

    internal static string Worker()
    {
        var text = new StringBuilder("""
            Takes part in a cluster's jobs: gets job and data, computes its shards, until it is told to leave.

            Usage:
              distributed worker --join HOST:PORT [options]

            Options:

            """.ReplaceLineEndings("\n"));
        Append(text,
            ("--join HOST:PORT", "The coordinator; or, on its machine, its run directory."), Threads,
            ("--name NAME", "For people. Default the machine's name and the process's number."),
            ("--listen HOST:PORT", "Where other workers reach it. Default loopback, a port of the system."),
            ("--advertise HOST", "What other workers should dial. Default the address that is listened at; where that "
                + "is 0.0.0.0, the one from which this machine reaches the coordinator."),
            ("--cache-dir DIR", "Where data that came from the coordinator are kept. Default: the user's folder for "
                + "local data."));
        Append(text, [.. SecurityOptions, Insecure, Health, Otlp,
            ("--with-parent", "End when standard input ends, and leave Ctrl-C to the process that started this one.")]);
        return End(text, """
            Examples:
              distributed worker --join runs/first --threads 2
              distributed worker --join 10.0.0.7:7000 --listen 0.0.0.0:0 --token-file token --insecure

            Ctrl-C (or SIGTERM) leaves politely: others take over first. A second one ends at once.
            """);
    }

    internal static string Call(string command)
    {
        var (what, usage) = command switch
        {
            "submit" => ("Gives a coordinator a job and says where it is kept.", "submit JOB.yaml"),
            "status" => ("Says how a coordinator's job is: how far, which workers, how fast.", command),
            "watch" => ("Follows a job to its end. Ctrl-C ends the watching, not the job.", command),
            "stop" => ("Ends a job after the step under way, with a checkpoint.", command),
            _ => ("Writes a checkpoint now and says where it lies.", command),
        };
        var text = new StringBuilder($"{what}\n\nUsage:\n  distributed {usage} [options]\n\nOptions:\n");
        Append(text, ("--coordinator HOST:PORT",
            "The coordinator; or, on its machine, its run directory. Default: the newest that runs in runs/."));
        if (command == "submit")
        {
            Append(text,
                ("--run-dir NAME", "The run's folder below the coordinator's. Default: the time in UTC."),
                ("--resume", "Go on with that run where there is one."));
        }

        Append(text, [.. SecurityOptions, ("--json", "Print JSON instead of text.")]);
        return End(text, $"""
            Examples:
              distributed {usage}
              distributed {usage} --coordinator 10.0.0.7:7000 --token-file token
            """);
    }

    private static void Append(StringBuilder text, params (string Option, string Meaning)[] options)
    {
        foreach (var (option, meaning) in options)
        {
            HelpText.AppendOption(text, option, meaning);
        }
    }

    private static string End(StringBuilder text, string examples)
    {
        HelpText.AppendOption(text, "-h, --help", "Print this.");
        return text.Append('\n').Append(examples.ReplaceLineEndings("\n")).Append("\n\n")
            .Append(HelpText.ExitCodeLines).Append('\n').ToString();
    }
}
