namespace Distributed.Simulation.Disks;

/// <summary>A file or a directory: what it is now, and what of that survives the machine's death.</summary>
internal abstract class DiskNode
{
    /// <summary>The bytes of all files in it, as it is now.</summary>
    internal abstract long Bytes { get; }

    /// <summary>The machine dies: draws decide what stays of what was not flushed. All that stays is flushed.</summary>
    internal abstract void LoseUnflushed(Func<int, int> draw);
}

/// <summary>A file's contents: a flushed beginning, and what was written since.</summary>
internal sealed class FileNode : DiskNode
{
    /// <summary>A disk writes whole sectors; the last one of a torn write may hold anything.</summary>
    private const int SectorBytes = 512;

    private byte[] _contents = [];
    private int _length;
    private int _flushed;

    internal override long Bytes => _length;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        var length = _length + bytes.Length;
        if (length > _contents.Length)
        {
            Array.Resize(ref _contents, Math.Max(length, 2 * _contents.Length));
        }

        bytes.CopyTo(_contents.AsSpan(_length));
        _length = length;
    }

    internal void Flush() => _flushed = _length;

    internal byte[] Copy() => _contents.AsSpan(0, _length).ToArray();

    internal override void LoseUnflushed(Func<int, int> draw)
    {
        var unflushed = _length - _flushed;
        if (unflushed == 0)
        {
            return;
        }

        // Nothing and everything are as likely as all that lies between, because they are the edge cases.
        _length = _flushed + draw(3) switch { 0 => 0, 1 => unflushed, _ => draw(unflushed + 1) };
        if (_length > _flushed && draw(3) == 0)
        {
            var sector = (_length - 1) / SectorBytes * SectorBytes;
            Spoil(_contents.AsSpan(Math.Max(_flushed, sector).._length), draw);
        }

        _flushed = _length;
    }

    private static void Spoil(Span<byte> sector, Func<int, int> draw)
    {
        var zeros = draw(2) == 0;
        foreach (ref var value in sector)
        {
            value = zeros ? (byte)0 : (byte)draw(256);
        }
    }
}

/// <summary>A directory's names: those that survive, and the changes since, in their order.</summary>
internal sealed class DirectoryNode : DiskNode
{
    private readonly List<Action<SortedDictionary<string, DiskNode>>> _unflushed = [];
    private SortedDictionary<string, DiskNode> _names = new(StringComparer.Ordinal);
    private SortedDictionary<string, DiskNode> _flushed = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, DiskNode> Names => _names;

    internal override long Bytes => _names.Values.Sum(node => node.Bytes);

    internal void Add(string name, DiskNode node) => Change(names => names[name] = node);

    internal void Remove(string name) => Change(names => names.Remove(name));

    internal void Rename(string from, string to)
    {
        var node = _names[from];
        Change(names =>
        {
            // By node, not by name: where an earlier renaming did not survive, it still stands under an older one.
            foreach (var old in names.Where(entry => entry.Value == node).Select(entry => entry.Key).ToList())
            {
                names.Remove(old);
            }

            names[to] = node;
        });
    }

    internal void Flush()
    {
        _flushed = Copy(_names);
        _unflushed.Clear();
    }

    internal override void LoseUnflushed(Func<int, int> draw)
    {
        foreach (var change in _unflushed)
        {
            if (draw(2) == 0)
            {
                change(_flushed);
            }
        }

        _unflushed.Clear();
        _names = Copy(_flushed);
        foreach (var node in _names.Values)
        {
            node.LoseUnflushed(draw);
        }
    }

    private void Change(Action<SortedDictionary<string, DiskNode>> change)
    {
        change(_names);
        _unflushed.Add(change);
    }

    private static SortedDictionary<string, DiskNode> Copy(SortedDictionary<string, DiskNode> names) =>
        new(names, StringComparer.Ordinal);
}
