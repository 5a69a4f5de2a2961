using System.Diagnostics;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>A process that was started: its lines, signals to it, and its end.</summary>
internal sealed class RunningProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _arguments;

    internal RunningProcess(ProcessStartInfo start, string arguments)
    {
        _arguments = arguments;
        (Output, Errors) = (new LineLog(arguments), new LineLog(arguments));
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Errors.Add(line.Data);
        Signals.HeedInterrupts();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    internal LineLog Output { get; }

    internal LineLog Errors { get; }

    internal bool HasExited => _process.HasExited;

    /// <remarks>Errors: Win32Exception where it has ended already.</remarks>
    internal void Send(int signal) => Signals.Send(Id, signal);

    /// <summary>Waits for its end; where it does not come within the bound, the test fails.</summary>
    internal RunResult WaitForExit()
    {
        if (!_process.WaitForExit(Bounds.Hang))
        {
            _process.Kill();
            throw new Xunit.Sdk.XunitException(
                $"{_arguments}: does not end; last lines:\n{string.Join('\n', Output.Lines.TakeLast(6))}\n"
                + string.Join('\n', Errors.Lines.TakeLast(12)));
        }

        _process.WaitForExit(); // the last lines too
        return new RunResult(
            _process.ExitCode, Output.Lines, string.Concat(Errors.Lines.Select(line => line + "\n")));
    }

    internal RunResult End(int signal)
    {
        Send(signal);
        return WaitForExit();
    }

    /// <summary>Kills it where it still runs, stopped or not.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
