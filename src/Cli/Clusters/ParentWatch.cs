using System.Runtime.InteropServices;

namespace Distributed.Cli.Clusters;

/// <summary>Ends this process with the one that started it, however that ends.</summary>
/// <remarks>
/// The parent holds the other end of standard input, which the system closes when it dies. On Linux the kernel is asked
/// besides to kill this process then, which it does even where it is stopped and could not notice.
/// </remarks>
internal sealed partial class ParentWatch : IDisposable
{
    private const int SetParentDeathSignal = 1;
    private const int Kill = 9;

    private volatile bool _isOver;

    internal ParentWatch()
    {
        if (OperatingSystem.IsLinux())
        {
            // Where it is refused, standard input still tells.
            _ = ProcessControl(SetParentDeathSignal, Kill, 0, 0, 0);
        }

        new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
    }

    public void Dispose() => _isOver = true;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        var bytes = new byte[64];
        while (input.Read(bytes) > 0)
        {
            // Nothing that is written means anything.
        }

        if (!_isOver)
        {
            Environment.Exit(ExitCodes.Failed);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nint first, nint second, nint third, nint fourth);
}
