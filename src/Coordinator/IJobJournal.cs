using System.Text.Json.Serialization;

namespace Distributed.Coordinator;

/// <summary>What a coordinator that is started again must know of the one before it.</summary>
public interface IJobJournal
{
    /// <summary>What was found when the journal was opened.</summary>
    public JournalState Found { get; }

    /// <summary>Keeps an entry; the task ends once it survives a crash, and fails when the disk does.</summary>
    public Task Append(JournalEntry entry);
}

/// <summary>The sum of a journal's entries.</summary>
/// <param name="Generation">The last that was begun; 0 for none.</param>
/// <param name="Nodes">The members of the last generation that was formed.</param>
/// <param name="Committed">Steps that were told to be committed.</param>
public sealed record JournalState(long Generation, IReadOnlyList<string> Nodes, long Committed)
{
    /// <summary>Epochs whose end was told to the observer.</summary>
    public int Epochs { get; init; }

    /// <summary>The held-out losses of epochs, in their order, for jobs that go by them.</summary>
    public IReadOnlyList<double> TestLosses { get; init; } = [];

    public static JournalState Empty { get; } = new(0, [], 0);

    public JournalState With(JournalEntry entry) => entry switch
    {
        GenerationBegun begun => this with { Generation = begun.Generation },
        GenerationFormed formed => this with { Nodes = formed.Nodes, Committed = formed.Step },
        StepsDone done => this with { Committed = done.Step },
        EpochDone { TestLoss: { } loss } done => this with
        {
            Epochs = done.Epoch,
            TestLosses = [.. TestLosses.Take(done.Epoch - 1), loss, .. TestLosses.Skip(done.Epoch)],
        },
        EpochDone done => this with { Epochs = done.Epoch },
        _ => throw new ArgumentException($"journal: unknown entry {entry.GetType().Name}"),
    };
}

[JsonDerivedType(typeof(GenerationBegun), "begun")]
[JsonDerivedType(typeof(GenerationFormed), "formed")]
[JsonDerivedType(typeof(StepsDone), "steps")]
[JsonDerivedType(typeof(EpochDone), "epoch")]
public abstract record JournalEntry;

/// <summary>Before anyone hears of a generation: its number is never used again.</summary>
public sealed record GenerationBegun(long Generation) : JournalEntry;

/// <summary>Before a generation's first plan: who holds the state from now on.</summary>
/// <param name="Step">Steps that were told to be committed and still are: fewer than before after a roll back.</param>
public sealed record GenerationFormed(long Generation, IReadOnlyList<string> Nodes, long Step) : JournalEntry;

/// <summary>After the observer was told: so many steps are committed.</summary>
public sealed record StepsDone(long Step) : JournalEntry;

/// <summary>
/// After the observer was told: this epoch, from 1, is over. After a roll back the last that still is, or 0.
/// </summary>
/// <param name="TestLoss">Its held-out loss, for a job that goes by it: an epoch that is done again has the same.
/// </param>
public sealed record EpochDone(
    int Epoch, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TestLoss = null)
    : JournalEntry;

/// <summary>For a job in one process, which ends with it: keeps nothing.</summary>
public sealed class NoJournal : IJobJournal
{
    public JournalState Found => JournalState.Empty;

    public Task Append(JournalEntry entry) => Task.CompletedTask;
}
