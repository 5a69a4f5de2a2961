using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Coordinator;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;
using Distributed.Engine.Training;

namespace Distributed.Training.Runs;

/// <summary>A coordinator's journal in a file of the run directory, one JSON object per record.</summary>
/// <remarks>Errors: UserErrorException on opening, where the file is damaged or of a newer version.</remarks>
public sealed class FileJobJournal : IJobJournal, IDisposable
{
    private readonly string _path;
    private readonly IDisk _disk;
    private readonly ICompute _compute;
    private Journal? _journal;

    /// <param name="path">Made where there is none.</param>
    /// <param name="disk">What it is on.</param>
    /// <param name="compute">Where writing is done, one entry after the other.</param>
    public FileJobJournal(string path, IDisk disk, ICompute compute)
    {
        (_path, _disk, _compute) = (path, disk, compute);
        _journal = Journal.Open(path, disk);
        Found = _journal.Records.Aggregate(JournalState.Empty, (state, record) => state.With(Parse(record.Span)));
    }

    public JournalState Found { get; }

    public Task Append(JournalEntry entry) => _compute.Run(ComputeKind.Journal, () =>
    {
        try
        {
            _journal ??= Journal.Open(_path, _disk);
            _journal.Append(JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry));
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
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
