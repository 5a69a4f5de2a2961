using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Distributed.Cli.Clusters;

/// <summary>A cluster's worker processes on this machine: started, watched, and started again when they die.
/// </summary>
/// <remarks>
/// All are started by one thread that lives as long as this object: the kernel ends a worker with the thread that
/// started it (see <see cref="ParentWatch"/>).
/// </remarks>
internal sealed class WorkerProcesses : IDisposable
{
    /// <summary>Deaths of one worker within <see cref="CalmAfter"/> of its start, before it is given up.</summary>
    private const int QuickDeathsMax = 5;

    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndingMax = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<Action> _work = [];
    private readonly Dictionary<string, Process> _running = [];
    private readonly Dictionary<string, int> _quickDeaths = [];
    private readonly string _folder;
    private readonly int _threads;
    private readonly string? _otlp;
    private readonly Action<string> _tell;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private bool _isOver;

    /// <param name="folder">Where the coordinator says how to reach it.</param>
    /// <param name="threads">Of each worker.</param>
    /// <param name="otlp">The collector that they are to send to; null for that of the environment.</param>
    /// <param name="tell">Takes lines for people, on any thread.</param>
    internal WorkerProcesses(string folder, int threads, string? otlp, Action<string> tell, TimeProvider clock)
    {
        (_folder, _threads, _otlp, _tell, _clock) = (folder, threads, otlp, tell, clock);
        _thread = new Thread(Loop) { Name = "worker processes", IsBackground = true };
        _thread.Start();
    }

    internal void Start(string name) => _work.Add(() => StartNow(name));

    /// <summary>Lets workers that are just ending end, and kills the others.</summary>
    public void Dispose()
    {
        _work.Add(End);
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    private void StartNow(string name)
    {
        if (_isOver)
        {
            return;
        }

        var started = _clock.GetTimestamp();
        var process = new Process { StartInfo = Command(name), EnableRaisingEvents = true };
        process.ErrorDataReceived += (_, line) => Tell(name, line.Data);
        process.OutputDataReceived += (_, line) => Tell(name, line.Data);
        process.Exited += (_, _) => Post(() => OnExit(name, process, started));
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _running[name] = process;
    }

    private ProcessStartInfo Command(string name)
    {
        var program = Environment.ProcessPath ?? "distributed";
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerProcesses).Assembly.Location);
        }

        string[] arguments =
        [
            "worker", "--join", _folder, "--name", name, "--threads",
            _threads.ToString(CultureInfo.InvariantCulture), "--with-parent",
            .. _otlp is null ? (string[])[] : ["--otlp", _otlp],
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        return start;
    }

    private void OnExit(string name, Process process, long started)
    {
        if (_isOver || !_running.Remove(name))
        {
            return;
        }

        var exit = process.ExitCode;
        process.Dispose();
        var isQuick = _clock.GetElapsedTime(started) < CalmAfter;
        var deaths = _quickDeaths[name] = isQuick ? _quickDeaths.GetValueOrDefault(name) + 1 : 0;
        var how = exit > ExitCodes.SignalBase
            ? $"was ended by signal {exit - ExitCodes.SignalBase}"
            : $"ended with {exit}";
        if (deaths >= QuickDeathsMax)
        {
            _tell($"{name} {how}, {deaths} times in a row soon after its start: it is not started again");
            return;
        }

        _tell($"{name} {how}; starting it again");
        StartNow(name);
    }

    private void End()
    {
        _isOver = true;
        foreach (var process in _running.Values)
        {
            process.StandardInput.Close();
        }

        var since = _clock.GetTimestamp();
        foreach (var process in _running.Values)
        {
            var left = EndingMax - _clock.GetElapsedTime(since);
            if (!process.WaitForExit(left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }
    }

    private void Tell(string name, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _tell($"{name}: {line}");
        }
    }

    private void Post(Action work)
    {
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException)
        {
            // It is over, and nobody cares any more who exits.
        }
    }
}
