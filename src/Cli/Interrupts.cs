using System.Runtime.InteropServices;

namespace Distributed.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop, the second ends the process at once.</summary>
internal class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _seen;

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Stop => _stop.Token;

    /// <summary>The number of the first signal, 2 or 15; 0 before it.</summary>
    internal int Signal { get; private set; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>True where Ctrl-C goes to the whole group of processes, and the parent acts on it.</summary>
    internal bool IgnoresInterrupt { get; set; }

    /// <summary>True for the first signal; the process is to end at any other.</summary>
    internal bool OnSignal(int number)
    {
        if (number == 2 && IgnoresInterrupt)
        {
            return true;
        }

        if (Interlocked.Increment(ref _seen) > 1)
        {
            return false;
        }

        Signal = number;
        // Cancelling runs what is registered; the signal's thread must not wait for it.
        _ = _stop.CancelAsync();
        return true;
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }
}

/// <summary>Those of the operating system.</summary>
internal sealed class SystemInterrupts : Interrupts
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    internal SystemInterrupts()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, 2));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, 15));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _interrupt.Dispose();
            _terminate.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Handle(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (!OnSignal(number))
        {
            Environment.Exit(ExitCodes.SignalBase + number);
        }
    }
}
