using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>Signals of Linux, by number.</summary>
internal static partial class Signals
{
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;

    /// <param name="process">Negative for a whole group.</param>
    /// <remarks>Errors: Win32Exception where there is no such process.</remarks>
    internal static void Send(int process, int signal)
    {
        if (!TrySend(process, signal))
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>
    /// A shell lets what it starts in the background ignore Ctrl-C, and so do the children of that. Not so these.
    /// </summary>
    internal static void HeedInterrupts() => SetHandler(Interrupt, 0);

    internal static bool TrySend(int process, int signal) => SendSignal(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
