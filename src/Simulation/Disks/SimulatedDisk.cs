using Distributed.Engine.Disks;

namespace Distributed.Simulation.Disks;

/// <summary>A disk in memory that loses at a death whatever the contract of <see cref="IDisk"/> lets it lose.</summary>
/// <remarks>
/// Deterministic: the same operations and draws give the same disk. Used by one thread at a time.
/// A file that is opened for reading is read as it was when opened.
/// Errors: <see cref="SimulatedCrashException"/> from every operation between a crash and <see cref="Restart"/>, and
/// from a file opened before it ever after.
/// </remarks>
public sealed class SimulatedDisk : IDisk
{
    private readonly Func<int, int> _draw;
    private readonly DirectoryNode _root = new();
    private readonly DiskFaults _faults = new();
    private bool _dead;
    private int _life;

    /// <param name="draw">draw(n) is in [0, n); called only where a fault or a death leaves something open.</param>
    public SimulatedDisk(Func<int, int> draw) => _draw = draw;

    /// <summary>Between a death and <see cref="Restart"/>.</summary>
    public bool IsDead => _dead;

    /// <summary>How many operations have changed or flushed something, or died at it; reading is not counted.</summary>
    public long Operations => _faults.Operations;

    /// <summary>The machine dies at the n-th operation from now, 1 being the next one.</summary>
    public void CrashAt(long operation) => _faults.CrashAt(operation);

    /// <summary>The n-th write or flush from now, 1 being the next one, fails with an IOException.</summary>
    /// <remarks>A failing write may have written a part; a failing flush has flushed nothing.</remarks>
    public void FailWriteAt(long write) => _faults.FailWriteAt(write);

    /// <summary>The disk has room for so many bytes more; what is removed makes room again.</summary>
    public void FullAfter(long bytes) => _faults.BytesMax = _root.Bytes + bytes;

    /// <summary>The machine dies now.</summary>
    public void Crash() => _dead = true;

    /// <summary>A new process on the disk, after a death or in its place; no fault is armed any more.</summary>
    /// <param name="powerLost">
    /// True where the machine died, and draws decide about all that was not flushed; false where only the process did.
    /// </param>
    public void Restart(bool powerLost = true)
    {
        if (powerLost)
        {
            _root.LoseUnflushed(_draw);
        }

        _faults.Disarm();
        _dead = false;
        _life++;
    }

    public DiskStream Create(string path)
    {
        var (directory, name) = Parent(path);
        RequireFree(directory, name, path);
        var file = new FileNode();
        directory.Add(name, file);
        Count();
        return new SimulatedFile(this, file, path);
    }

    public DiskStream Append(string path) => new SimulatedFile(this, File(path), path);

    public Stream Open(string path) => new MemoryStream(File(path).Copy(), writable: false);

    public bool FileExists(string path) => Find(path) is FileNode;

    public bool DirectoryExists(string path) => Find(path) is DirectoryNode;

    public IReadOnlyList<string> Files(string directory) => PathsIn<FileNode>(directory);

    public IReadOnlyList<string> Directories(string directory) => PathsIn<DirectoryNode>(directory);

    public void CreateDirectory(string path)
    {
        if (Find(path) is FileNode)
        {
            throw new IOException($"{path} is a file");
        }

        var at = _root;
        foreach (var part in Parts(path))
        {
            if (!at.Names.TryGetValue(part, out var node))
            {
                node = new DirectoryNode();
                at.Add(part, node);
                Count();
            }

            at = node as DirectoryNode ?? throw new DirectoryNotFoundException($"'{part}' of {path} is a file");
        }
    }

    public void MoveFile(string from, string to)
    {
        var (directory, name, newName) = Renaming(from, to);
        if (Find(from) is not FileNode)
        {
            throw new FileNotFoundException($"there is no file {from}");
        }

        if (Find(to) is DirectoryNode)
        {
            throw new IOException($"{to} is a directory");
        }

        directory.Rename(name, newName);
        Count();
    }

    public void MoveDirectory(string from, string to)
    {
        var (directory, name, newName) = Renaming(from, to);
        _ = Directory(from);
        RequireFree(directory, newName, to);
        directory.Rename(name, newName);
        Count();
    }

    public void DeleteFile(string path)
    {
        var (directory, name) = Parent(path);
        if (!directory.Names.TryGetValue(name, out var node))
        {
            return;
        }

        if (node is not FileNode)
        {
            throw new UnauthorizedAccessException($"{path} is a directory");
        }

        directory.Remove(name);
        Count();
    }

    public void DeleteDirectory(string path)
    {
        var directory = Directory(path);
        foreach (var (name, node) in directory.Names.ToList())
        {
            if (node is DirectoryNode)
            {
                DeleteDirectory(Path.Combine(path, name));
            }
            else
            {
                DeleteFile(Path.Combine(path, name));
            }
        }

        var (parent, ownName) = Parent(path);
        parent.Remove(ownName);
        Count();
    }

    public void Flush(string directory)
    {
        var node = Directory(directory);
        Count();
        FailWhereArmed(directory);
        node.Flush();
    }

    private void Write(FileNode file, string path, ReadOnlySpan<byte> bytes)
    {
        var failing = _faults.FailsNow();
        var room = Math.Max(0, _faults.BytesMax - _root.Bytes);
        var fitting = (int)Math.Min(failing ? _draw(bytes.Length + 1) : bytes.Length, room);
        file.Append(bytes[..fitting]);
        Count();
        if (fitting < bytes.Length || failing)
        {
            throw new IOException(failing ? $"Input/output error: '{path}'" : $"No space left on device: '{path}'");
        }
    }

    private void FlushFile(FileNode file, string path)
    {
        Count();
        FailWhereArmed(path);
        file.Flush();
    }

    // A change counts once it is made, and a flush before: what a death in the middle of either can leave is then
    // among what LoseUnflushed draws from.
    private void Count()
    {
        if (_faults.CrashesNow())
        {
            Crash();
            RequireLife();
        }
    }

    private void FailWhereArmed(string path)
    {
        if (_faults.FailsNow())
        {
            throw new IOException($"Input/output error: '{path}'");
        }
    }

    private void RequireLife()
    {
        if (_dead)
        {
            throw new SimulatedCrashException($"the machine died at operation {Operations} of its disk");
        }
    }

    private static void RequireFree(DirectoryNode directory, string name, string path)
    {
        if (directory.Names.ContainsKey(name))
        {
            throw new IOException($"{path} exists");
        }
    }

    private DiskNode? Find(string path)
    {
        RequireLife();
        DiskNode? at = _root;
        foreach (var part in Parts(path))
        {
            at = (at as DirectoryNode)?.Names.GetValueOrDefault(part);
        }

        return at;
    }

    private FileNode File(string path) => Find(path) switch
    {
        FileNode file => file,
        DirectoryNode => throw new UnauthorizedAccessException($"{path} is a directory"),
        _ => throw new FileNotFoundException($"there is no file {path}"),
    };

    private DirectoryNode Directory(string path) =>
        Find(path) as DirectoryNode ?? throw new DirectoryNotFoundException($"there is no directory {path}");

    private (DirectoryNode Directory, string Name) Parent(string path)
    {
        var directory = Path.GetDirectoryName(path) ?? throw new IOException($"{path} is the root");
        return (Directory(directory), Path.GetFileName(path));
    }

    private (DirectoryNode Directory, string From, string To) Renaming(string from, string to)
    {
        if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to))
        {
            throw new ArgumentException($"{from} cannot be moved to {to}: a name changes within its directory only");
        }

        var (directory, name) = Parent(from);
        return (directory, name, Path.GetFileName(to));
    }

    private List<string> PathsIn<TNode>(string directory) =>
        [.. Directory(directory).Names.Where(entry => entry.Value is TNode)
            .Select(entry => Path.Combine(directory, entry.Key))];

    private static string[] Parts(string path) => path.Split(
        [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A file open for writing in one life of the machine.</summary>
    private sealed class SimulatedFile(SimulatedDisk disk, FileNode node, string path) : DiskStream
    {
        private readonly int _life = disk._life;

        public override long Length => node.Bytes;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            RequireThisLife();
            disk.Write(node, path, buffer);
        }

        public override void Flush() => RequireThisLife();

        public override void FlushToDisk()
        {
            RequireThisLife();
            disk.FlushFile(node, path);
        }

        private void RequireThisLife()
        {
            disk.RequireLife();
            if (_life != disk._life)
            {
                throw new SimulatedCrashException($"{path} was opened before the machine died");
            }
        }
    }
}
