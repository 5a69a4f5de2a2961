namespace Distributed.Coordinator;

/// <content>What a later life of this coordinator must know is written before others act on it.</content>
public sealed partial class CoordinatorActor
{
    private readonly IJobJournal _journal;
    private int _journalAttempts;

    /// <summary>Writes an entry that must be there before the next step; tries again for a while if it fails.</summary>
    private void Append(JournalEntry entry)
    {
        var generation = _generation;
        _ = _journal.Append(entry).PipeTo(
            Self, success: () => new Journaled(generation),
            failure: error => new JournalFailed(generation, entry, error.Message));
    }

    /// <summary>Writes an entry that makes a later recovery better informed, and may be missing.</summary>
    private void AppendQuietly(JournalEntry entry)
    {
        if (Recovers)
        {
            _ = _journal.Append(entry);
        }
    }

    private void OnJournalFailed(JournalFailed failed)
    {
        if (failed.Generation != _generation)
        {
            return; // a newer generation has written, or will write, what counts
        }

        if (++_journalAttempts >= (_options.Recovery?.DiskAttempts ?? 1))
        {
            Fail($"the journal cannot be written: {failed.Reason}");
            return;
        }

        Context.GetLogger().Warning("the journal cannot be written: {0}", failed.Reason);
        Timers.StartSingleTimer(
            nameof(JournalAgain), new JournalAgain(failed.Entry), _options.Recovery!.DiskRetryEvery);
    }

    private sealed record Journaled(long Generation)
    {
        internal bool IsFor(long generation) => Generation == generation;
    }

    /// <summary>The end of an epoch is written, or cannot be.</summary>
    private sealed record EpochJournaled(long Generation);

    private sealed record JournalFailed(long Generation, JournalEntry Entry, string Reason);

    private sealed record JournalAgain(JournalEntry Entry);
}
