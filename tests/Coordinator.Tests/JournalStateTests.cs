namespace Distributed.Coordinator.Tests;

public sealed class JournalStateTests
{
    [Fact]
    public void With_SumsUpEntries_InTheOrderOfTheirWriting()
    {
        JournalEntry[] entries =
        [
            new GenerationBegun(1), new GenerationFormed(1, ["a", "b"], 0), new StepsDone(5), new GenerationBegun(2),
        ];
        var state = entries.Aggregate(JournalState.Empty, (found, entry) => found.With(entry));
        Assert.Equal((2L, 5L), (state.Generation, state.Committed));
        Assert.Equal(["a", "b"], state.Nodes);

        // A job that was rolled back holds less than before.
        var back = state.With(new GenerationFormed(2, ["b"], 3));
        Assert.Equal((2L, 3L), (back.Generation, back.Committed));
        Assert.Equal(["b"], back.Nodes);
    }

    /// <summary>Epochs that are done again have the same losses; those after them are still known.</summary>
    [Fact]
    public void With_KeepsTheLossesOfEpochs_AlsoAfterARollBack()
    {
        JournalEntry[] entries =
            [new EpochDone(1, 0.5), new EpochDone(2, 0.4), new EpochDone(0), new EpochDone(1, 0.5)];
        var state = entries.Aggregate(JournalState.Empty, (found, entry) => found.With(entry));
        Assert.Equal(1, state.Epochs);
        Assert.Equal([0.5, 0.4], state.TestLosses);
    }

    [Fact]
    public void With_IsRefused_ForAnUnknownEntry()
    {
        var error = Assert.Throws<ArgumentException>(() => JournalState.Empty.With(new Unknown()));
        Assert.Equal("journal: unknown entry Unknown", error.Message);
    }

    private sealed record Unknown : JournalEntry;
}
