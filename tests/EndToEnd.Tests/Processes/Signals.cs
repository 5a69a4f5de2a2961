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

    internal static bool TrySend(int process, int signal) => SendSignal(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
