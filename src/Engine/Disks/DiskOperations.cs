namespace Distributed.Engine.Disks;

/// <summary>What is put together from a disk's operations.</summary>
public static class DiskOperations
{
    /// <summary>Makes a file whose contents survive the machine's death; its name does after the directory's flush.</summary>
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

    /// <summary>Makes a directory, and those missing above it, whose names survive the machine's death.</summary>
    /// <remarks>
    /// The name of a directory that is there is flushed all the same: whoever made it may have died before flushing.
    /// One above that this process may not read cannot be flushed; its names are left to the file system.
    /// </remarks>
    public static void CreateDirectoryDurably(this IDisk disk, string path)
    {
        var full = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetDirectoryName(full) is not { Length: > 0 } above)
        {
            return;
        }

        if (!disk.DirectoryExists(above))
        {
            disk.CreateDirectoryDurably(above);
        }

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
