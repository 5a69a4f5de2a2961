namespace Distributed.Coordinator.Tests;

/// <summary>A journal in memory, whose appends fail or stay open where the test says so.</summary>
internal sealed class FakeJournal : IJobJournal
{
    public JournalState Found { get; init; } = JournalState.Empty;

    internal List<JournalEntry> Entries { get; } = [];

    /// <summary>What becomes of an entry.</summary>
    internal Func<JournalEntry, Task> Writing { get; set; } = _ => Task.CompletedTask;

    public Task Append(JournalEntry entry)
    {
        lock (Entries)
        {
            Entries.Add(entry);
        }

        return Writing(entry);
    }
}
