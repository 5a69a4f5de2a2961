namespace Distributed.Engine.Disks;

/// <summary>What is put together from a disk's operations.</summary>
public static class DiskOperations
{
    /// <summary>Makes a file whose contents survive the machine's death; its name needs a directory's flush.</summary>
    public static void WriteDurably(this IDisk disk, string path, Action<DiskStream> write)
    {
        using var file = disk.Create(path);
        write(file);
        file.FlushToDisk();
    }

    public static byte[] ReadAll(this IDisk disk, string path)
    {
        using var stream = disk.Open(path);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Makes a directory, and those missing above it; the names of all survive the machine's death.</summary>
    /// <remarks>
    /// The names of those that are there are flushed all the same: whoever made one may have died before flushing.
    /// What this process may not read it cannot flush; names in such a directory are left to the file system.
    /// </remarks>
    public static void CreateDirectoryDurably(this IDisk disk, string path)
    {
        var full = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetDirectoryName(full) is not { Length: > 0 } above)
        {
            return;
        }

        disk.CreateDirectoryDurably(above);
        disk.CreateDirectory(full);
        try
        {
            disk.Flush(above);
        }
        catch (UnauthorizedAccessException)
        {
            // See the remarks: failing here would refuse a directory that is as good as any other.
        }
    }
}
