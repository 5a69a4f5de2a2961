using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Coordinator;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;
using Distributed.Engine.Training;

namespace Distributed.Training.Runs;

/// <summary>A coordinator's journal in a file of the run directory, one JSON object per record.</summary>
/// <remarks>
/// When there are many records the file is written anew with their sum, so it stays small however long a job runs.
/// Errors: UserErrorException on opening, where the file is damaged or of a newer version.
/// </remarks>
public sealed class FileJobJournal : IJobJournal, IDisposable
{
    private readonly string _path;
    private readonly IDisk _disk;
    private readonly ICompute _compute;
    private readonly int _recordsMax;
    private Journal? _journal;
    private JournalState _sum;
    private int _records;

    /// <param name="path">Made where there is none.</param>
    /// <param name="disk">What it is on.</param>
    /// <param name="compute">Where writing is done, one entry after the other.</param>
    /// <param name="recordsMax">Records in the file before it is written anew; default 10,000.</param>
    public FileJobJournal(string path, IDisk disk, ICompute compute, int recordsMax = 10_000)
    {
        (_path, _disk, _compute, _recordsMax) = (path, disk, compute, recordsMax);
        _journal = Journal.Open(path, disk);
        Found = _journal.Records.Aggregate(JournalState.Empty, (state, record) => state.With(Parse(record.Span)));
        (_sum, _records) = (Found, _journal.Records.Length);
    }

    public JournalState Found { get; }

    public Task Append(JournalEntry entry) => _compute.Run(ComputeKind.Journal, () =>
    {
        try
        {
            _journal ??= Journal.Open(_path, _disk);
            _journal.Append(Bytes(entry));
            _sum = _sum.With(entry);
            if (++_records >= _recordsMax)
            {
                Shorten();
            }

            return true;
        }
        catch
        {
            // A journal that has failed takes no more: the next entry opens it anew.
            _journal?.Dispose();
            _journal = null;
            throw;
        }
    });

    public void Dispose() => _journal?.Dispose();

    /// <summary>Where it fails the long file goes on to serve, and shortening is tried again much later.</summary>
    private void Shorten()
    {
        _journal!.Dispose();
        (_journal, _records) = (null, 0);
        try
        {
            _journal = Journal.Rewrite(_path, _disk, [
                Bytes(new GenerationBegun(_sum.Generation)),
                Bytes(new GenerationFormed(_sum.Generation, _sum.Nodes, _sum.Committed)),
                .. _sum.TestLosses.Select((loss, epoch) => Bytes(new EpochDone(epoch + 1, loss))),
                Bytes(new EpochDone(_sum.Epochs)),
            ]);
        }
        catch (IOException)
        {
            // The entry that brought us here is safe in the old file; the next one opens it again.
        }
    }

    private static byte[] Bytes(JournalEntry entry) =>
        JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry);

    private JournalEntry Parse(ReadOnlySpan<byte> record)
    {
        try
        {
            return JsonSerializer.Deserialize(record, JournalJson.Default.JournalEntry)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new UserErrorException(
                $"{_path}: an entry cannot be read: {error.Message.ReplaceLineEndings(" ")}: use the program that "
                + "wrote it");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
