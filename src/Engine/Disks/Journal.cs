using System.Collections.Immutable;
using System.Text;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Disks;

/// <summary>A file of small records that is only ever added to; an added record survives whatever happens.</summary>
/// <remarks>
/// A record that <see cref="Append"/> came back from is found by every later <see cref="Open"/>, in order. One whose
/// appending failed or was cut short by a death is found whole or not at all; if found, it is kept from then on.
/// One process at a time has a journal open, and one thread at a time uses it.
/// Units: a record is up to <see cref="RecordBytesMax"/> bytes, none is fine; a file up to <see cref="FileBytesMax"/>.
/// Errors: IOException where the disk fails. After that the journal takes no more: open it again.
/// </remarks>
public sealed class Journal : IDisposable
{
    public const int RecordBytesMax = 1 << 20;

    public const int FileBytesMax = 1 << 30;

    private const string UnfinishedSuffix = ".new";

    // Note [Torn tail]
    // Each record is flushed before the next is written, so a death can leave only the last one unfinished: cut off,
    // or with garbage in it. A record that is not intact and has an intact one behind it is therefore no work of
    // a death; something damaged the file, and going on without the records in between would lose them in silence.
    private readonly string _path;
    private readonly DiskStream _file;
    private long _bytes;
    private bool _failed;

    private Journal(string path, DiskStream file, ImmutableArray<ReadOnlyMemory<byte>> records, string? notice)
    {
        (_path, _file, Records, Notice) = (path, file, records, notice);
        _bytes = file.Length;
    }

    /// <summary>The records found when the journal was opened, in the order they were appended.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Records { get; }

    /// <summary>What an earlier death left that was dropped at opening; null where nothing was.</summary>
    public string? Notice { get; }

    /// <summary>Reads a journal, or makes one where there is none, and its directory where that is missing.</summary>
    /// <remarks>
    /// The records found survive the machine's death from here on, those too that were never acknowledged.
    /// Errors: UserErrorException where the file is no journal or is damaged before its end; see Note [Torn tail].
    /// </remarks>
    public static Journal Open(string path, IDisk disk)
    {
        var directory = Path.GetDirectoryName(path)!;
        disk.CreateDirectoryDurably(directory);
        if (!disk.FileExists(path))
        {
            Replace(path, disk, JournalFormat.Header);
        }

        var bytes = ReadAll(path, disk);
        var (records, end) = Parse(path, bytes);
        if (end < bytes.Length)
        {
            Replace(path, disk, bytes.AsSpan(0, end));
        }

        var file = disk.Append(path);
        try
        {
            // An earlier process may have died between writing and flushing, and what is found must not vanish later.
            file.FlushToDisk();
            disk.Flush(directory);
            var notice = end < bytes.Length
                ? $"{path}: dropped {bytes.Length - end} bytes at its end, a record that was never finished"
                : null;
            return new Journal(path, file, records, notice);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Puts a journal of these records in the place of the one at the path, and opens it.</summary>
    /// <remarks>
    /// A death leaves the old one or the new one. Nobody may have the old one open. Errors: IOException.
    /// </remarks>
    public static Journal Rewrite(string path, IDisk disk, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        var contents = new List<byte>(JournalFormat.Header.ToArray());
        foreach (var record in records)
        {
            contents.AddRange(JournalFormat.Record(contents.Count, record.Span));
        }

        Replace(path, disk, contents.ToArray());
        return Open(path, disk);
    }

    /// <summary>Adds a record; it survives the machine's death once this has come back.</summary>
    /// <remarks>Errors: ArgumentException for a record that is too long; IOException, see the class remarks.</remarks>
    public void Append(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > RecordBytesMax)
        {
            throw new ArgumentException(
                $"journal: a record of {payload.Length} bytes is too long: at most {RecordBytesMax} are allowed",
                nameof(payload));
        }

        if (_failed)
        {
            throw new IOException($"{_path}: an earlier record could not be written: open the journal again");
        }

        var record = JournalFormat.Record(_bytes, payload);
        if (_bytes + record.Length > FileBytesMax)
        {
            throw new IOException($"{_path}: the journal is full: {_bytes} bytes of {FileBytesMax}");
        }

        _failed = true;
        _file.Write(record);
        _file.FlushToDisk();
        _bytes += record.Length;
        _failed = false;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Puts a file with these contents in the path's place; a death leaves the old one or this.</summary>
    private static void Replace(string path, IDisk disk, ReadOnlySpan<byte> contents)
    {
        var unfinished = path + UnfinishedSuffix;
        disk.DeleteFile(unfinished);
        var copy = contents.ToArray();
        disk.WriteDurably(unfinished, file => file.Write(copy));
        disk.MoveFile(unfinished, path);
    }

    private static byte[] ReadAll(string path, IDisk disk)
    {
        using var stream = disk.Open(path);
        if (stream.Length > FileBytesMax + RecordBytesMax)
        {
            throw new UserErrorException(
                $"{path}: {stream.Length} bytes are too many for a journal, {FileBytesMax} are the most: "
                + "restore it from a copy, or move it away to begin a new one");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The intact records, and where the last of them ends.</summary>
    private static (ImmutableArray<ReadOnlyMemory<byte>> Records, int End) Parse(string path, byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith(JournalFormat.Header))
        {
            throw new UserErrorException(
                $"{path}: not a journal: it does not begin with '{Encoding.ASCII.GetString(JournalFormat.Header)}': "
                + "restore it from a copy, or move it away to begin a new one");
        }

        var records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var end = JournalFormat.Header.Length;
        while (JournalFormat.PayloadBytes(bytes, end) is var length and >= 0)
        {
            records.Add(bytes.AsMemory(end + JournalFormat.PrefixBytes, length));
            end += JournalFormat.PrefixBytes + length;
        }

        for (var offset = end + 1; offset < bytes.Length; offset++)
        {
            if (JournalFormat.PayloadBytes(bytes, offset) >= 0)
            {
                throw new UserErrorException(
                    $"{path}: record {records.Count + 1} at byte {end} is damaged, and an intact one follows at byte "
                    + $"{offset}: restore the file from a copy, or move it away to begin a new one");
            }
        }

        return (records.ToImmutable(), end);
    }
}
