using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Hosts;

/// <summary>Runs ssh-cluster.sh with folders in the place of hosts and a script in the place of the program.</summary>
internal sealed partial class SshHosts : IDisposable
{
    private const int Terminate = 15;

    /// <summary>The bound on one run, far more than any needs: a hang ends the test, not the suite.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command here that was meant for a host, in that host's folder. The host `broken` is not
    /// reached.</summary>
    private const string Ssh = """
        #!/bin/sh
        while [ "$1" != -- ]; do [ "$1" = -O ] && exit 0; shift; done
        host=$2
        shift 2
        [ "$host" = broken ] && { echo "ssh: no route to broken" >&2; exit 255; }
        echo "$*" >> "$FAKE/sent"
        mkdir -p "$FAKE/hosts/$host"
        exec sh -c "$(printf '%s' "$*" | sed "s#/tmp/distributed-#$FAKE/hosts/$host/distributed-#g")"
        """;

    /// <summary>Notes how it is called. A coordinator ends at SIGTERM, or by itself where the job is called short.
    /// </summary>
    private const string Program = """
        #!/bin/sh
        echo "$*" >> "$FAKE/called"
        command=$1
        while [ $# -gt 0 ]; do
          case $1 in
            --run-dir) run=$2 ;;
            --token-file) stat -c %a "$2" >> "$FAKE/modes"; cp "$2" "$FAKE/token" ;;
          esac
          shift
        done
        trap 'echo asked to end >> "$FAKE/ended"; exit 143' TERM
        case $command in
          coordinator) mkdir -p "$run"; echo kept > "$run/journal" ;;
          status) exit 0 ;;
          watch) echo "epoch 1" ;;
        esac
        while [ "$command" = worker ] || [ ! -e "$FAKE/short" ]; do sleep 0.1; done
        """;

    internal SshHosts()
    {
        Write("bin/ssh", Ssh);
        Write("build/distributed", Program);
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("distributed-ssh-").FullName;

    /// <summary>What is left on all hosts together.</summary>
    internal IEnumerable<string> Left => Directory.Exists(PathOf("hosts"))
        ? Directory.EnumerateFileSystemEntries(PathOf("hosts"), "distributed-*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFileSystemEntries(Folder, "ssh-cluster.*"))
        : [];

    internal string PathOf(string name) => Path.Combine(Folder, name);

    internal string[] Lines(string name) => File.Exists(PathOf(name)) ? File.ReadAllLines(PathOf(name)) : [];

    /// <summary>The job is over as soon as it has begun.</summary>
    internal void MakeJobShort() => File.WriteAllText(PathOf("short"), "");

    /// <summary>Runs to the end; asks it to stop once it prints what shows that the job is watched.</summary>
    internal (int Exit, string Output, string Error) Run(string arguments, bool stop = false)
    {
        var start = new ProcessStartInfo("bash", [Repository.PathOf("deploy/ssh-cluster.sh"),
            "--build", PathOf("build"), "--run-dir", PathOf("run"), .. arguments.Split(' ')])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{PathOf("bin")}:{start.Environment["PATH"]}";
        start.Environment["FAKE"] = start.Environment["TMPDIR"] = Folder;
        using var process = Process.Start(start)!;
        using var bound = new Timer(_ => process.Kill(entireProcessTree: true), null, Bound, Timeout.InfiniteTimeSpan);
        var errors = Task.Run(process.StandardError.ReadToEnd);
        var output = "";
        while (process.StandardOutput.ReadLine() is { } line)
        {
            output += line + "\n";
            if (stop && SendSignal(process.Id, Terminate) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            stop = false;
        }

        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string name, string script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), script.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathOf(name), (UnixFileMode)Convert.ToInt32("700", 8));
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
