using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Training.Runs;

namespace Distributed.Hosting.Tests;

public sealed class JournalAfterMetricsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly MetricsLog _metrics;
    private readonly RecordingJournal _journal = new();
    private readonly JournalAfterMetrics _subject;

    public JournalAfterMetricsTests()
    {
        _metrics = MetricsLog.Open(_path, 0, stepsPerEpoch: 4, countsHits: true);
        _subject = new JournalAfterMetrics(_journal, _metrics);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task StepsDone_WaitForTheirMetrics_AndTheLastStandsForAllThatWait()
    {
        var first = _subject.Append(new StepsDone(1));
        var second = _subject.Append(new StepsDone(2));
        var third = _subject.Append(new StepsDone(3));
        Assert.False(first.IsCompleted);
        Write(0, 3);
        await Task.WhenAll(first, second, third);
        Assert.Equal(3, ((StepsDone)_journal.Entries[^1]).Step);
        Assert.True(_journal.Entries.Count < 3);
    }

    [Fact]
    public async Task Entries_KeepTheirOrder_WhereOthersFollowStepsThatWait()
    {
        _ = _subject.Append(new StepsDone(2));
        var begun = _subject.Append(new GenerationBegun(7));
        var later = _subject.Append(new StepsDone(3));
        Assert.Empty(_journal.Entries);
        Write(0, 3);
        await Task.WhenAll(begun, later);
        Assert.Equal([new StepsDone(2), new GenerationBegun(7), new StepsDone(3)], _journal.Entries);
    }

    [Fact]
    public async Task EpochDone_WaitsForItsLine_AndStandsBeforeTheStepsThatWaitWithIt()
    {
        var steps = _subject.Append(new StepsDone(3));
        var first = _subject.Append(new EpochDone(1));
        var second = _subject.Append(new StepsDone(4));
        Write(0, 4);
        Assert.False(first.IsCompleted);

        _metrics.Observe(new EpochCompleted(1, 4, 1, 1, null, null));

        await Task.WhenAll(steps, first, second, _subject.Settled);
        Assert.Contains(new EpochDone(1), _journal.Entries);
        Assert.Equal(new StepsDone(4), _journal.Entries[^1]);
    }

    [Fact]
    public async Task StepsDone_DoNotWaitForAnEvaluation_WhereTheyEndAnEpoch()
    {
        Write(0, 4);
        await _subject.Append(new StepsDone(4));
        Assert.Equal([new StepsDone(4)], _journal.Entries);
    }

    [Fact]
    public async Task Failure_IsItsOwnEntrysOnly_WhereOthersFollow()
    {
        _journal.FailNext = true;
        await Assert.ThrowsAsync<IOException>(() => _subject.Append(new GenerationBegun(1)));
        await _subject.Append(new GenerationBegun(2));
        Assert.Equal([new GenerationBegun(2)], _journal.Entries);
    }

    private void Write(long first, int count) => _metrics.Observe(new StepsCommitted(
        first, [.. Enumerable.Range(0, count).Select(_ => new StepTotals(1, 1, 1))], TimeSpan.Zero, []));

    private sealed class RecordingJournal : IJobJournal
    {
        internal List<JournalEntry> Entries { get; } = [];

        internal bool FailNext { get; set; }

        public JournalState Found => JournalState.Empty;

        public Task Append(JournalEntry entry)
        {
            if (FailNext)
            {
                FailNext = false;
                return Task.FromException(new IOException("full"));
            }

            Entries.Add(entry);
            return Task.CompletedTask;
        }
    }
}
