using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Distributed.Engine.Disks;

/// <summary>Makes the names in a directory survive a power cut, as flushing a file does its contents.</summary>
internal static partial class DurableDirectory
{
    private const int ReadOnly = 0;

    /// <summary>ENOENT.</summary>
    private const int NotFound = 2;

    /// <summary>EACCES.</summary>
    private const int PermissionDenied = 13;

    /// <summary>EINVAL: the file system cannot do it, as some network file systems.</summary>
    private const int InvalidArgument = 22;

    /// <summary>Flushes a directory's entries to the disk. On Windows renames are journalled: nothing to do.</summary>
    internal static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure("open", directory, Marshal.GetLastPInvokeError());
        }

        var result = Sync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0 && error != InvalidArgument)
        {
            throw Failure("flush", directory, error);
        }
    }

    private static Exception Failure(string operation, string directory, int error)
    {
        var line = $"{directory}: cannot {operation} the directory: {new Win32Exception(error).Message}";
        return error switch
        {
            NotFound => new DirectoryNotFoundException(line),
            PermissionDenied => new UnauthorizedAccessException(line),
            _ => new IOException(line, error),
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
