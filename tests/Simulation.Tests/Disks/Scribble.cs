using Distributed.Engine.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>Random operations on a few names of a disk, each with its result in words that fit every disk.</summary>
internal sealed class Scribble(IDisk disk, string root, SeededDraws draws)
{
    private static readonly string[] Names = ["a", "b", "c"];

    private DiskStream? _open;

    internal string Step()
    {
        var (first, operation) = (RandomPath(), draws.Below(13));
        var bytes = draws.Bytes(draws.Below(100));
        var others = Names.Where(name => name != Path.GetFileName(first)).ToList();
        var sibling = Path.Combine(Path.GetDirectoryName(first)!, others[draws.Below(others.Count)]);
        return operation switch
        {
            0 or 1 => Do($"create {Short(first)}", () => Reopen(() => disk.Create(first))),
            2 => Do($"append {Short(first)}", () => Reopen(() => disk.Append(first))),
            3 or 4 => Do($"write {bytes.Length}", () => _open?.Write(bytes)),
            5 => Do("flush", () => _open?.FlushToDisk()),
            6 => Do($"mkdir {Short(first)}", () => disk.CreateDirectory(first)),
            7 => Do($"mv {Short(first)} {Short(sibling)}", () => Move(first, sibling, disk.MoveFile)),
            8 => Do($"mvdir {Short(first)} {Short(sibling)}", () => MoveDirectory(first, sibling)),
            9 => Do($"rm {Short(first)}", () => disk.DeleteFile(first)),
            10 => Do($"rmdir {Short(first)}", () => Close(disk.DeleteDirectory, first)),
            11 => Do($"sync {Short(first)}", () => Flush(Path.GetDirectoryName(first)!)),
            _ => Tree(),
        };
    }

    /// <summary>Every name and every byte.</summary>
    internal string Tree()
    {
        _open?.Dispose();
        _open = null;
        return Tree(root);
    }

    private string Tree(string directory) =>
        string.Concat(disk.Files(directory)
            .Select(file => $" {Short(file)}={Convert.ToHexString(disk.ReadAll(file))}"))
        + string.Concat(disk.Directories(directory).Select(child => $" {Short(child)}/{Tree(child)}"));

    private void Reopen(Func<DiskStream> open)
    {
        _open?.Dispose();
        _open = null;
        _open = open();
    }

    private void Move(string from, string to, Action<string, string> move)
    {
        _open?.Dispose();
        _open = null;
        move(from, to);
    }

    private void Close(Action<string> delete, string path)
    {
        _open?.Dispose();
        _open = null;
        delete(path);
    }

    // A file is no directory; what a platform says to that is no part of the contract, here and in Flush.
    private void MoveDirectory(string from, string to)
    {
        if (!disk.FileExists(from))
        {
            Move(from, to, disk.MoveDirectory);
        }
    }

    private void Flush(string directory)
    {
        if (!disk.FileExists(directory))
        {
            disk.Flush(directory);
        }
    }

    private static string Do(string operation, Action action)
    {
        // Where a directory's renaming fails for two reasons, which of them is told is up to the platform.
        var isRenaming = operation.StartsWith("mvdir", StringComparison.Ordinal);
        try
        {
            action();
            return operation;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{operation}: {(isRenaming ? "failed" : "missing")}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{operation}: {(isRenaming ? "failed" : "refused")}";
        }
    }

    private string RandomPath()
    {
        var path = Path.Combine(root, Names[draws.Below(Names.Length)]);
        return draws.Below(2) == 0 ? path : Path.Combine(path, Names[draws.Below(Names.Length)]);
    }

    private string Short(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');
}
