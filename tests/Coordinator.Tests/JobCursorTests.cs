using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

public sealed class JobCursorTests
{
    [Fact]
    public void After_KeepsTheSumsOfAFinishedEpoch_UntilTheNextOneStarts()
    {
        var end = JobCursor.Start.After([new(2, 1, 4), new(3, 2, 4)], stepsPerEpoch: 2);
        Assert.Equal(new JobCursor(2, 5, 3, 8), end);
        Assert.Equal(0.625, end.TrainLoss);
        Assert.Equal(0.375, end.TrainAccuracy);
        Assert.Equal(new JobCursor(3, 7, 4, 4), end.After([new(7, 4, 4)], stepsPerEpoch: 2));
    }

    [Fact]
    public void After_ChangesNothing_WhenNoStepWasCommitted() =>
        Assert.Equal(new JobCursor(2, 5, 3, 8), new JobCursor(2, 5, 3, 8).After([], stepsPerEpoch: 2));

    /// <summary>Leases may be cut anywhere: the sums run step by step.</summary>
    [Fact]
    public void After_GivesTheSameSums_HoweverTheStepsWereLeased()
    {
        var steps = Enumerable.Range(0, 10).Select(i => new StepTotals(0.1f * i, i, 16)).ToList();
        var oneByOne = steps.Aggregate(JobCursor.Start, (cursor, step) => cursor.After([step], stepsPerEpoch: 10));
        Assert.Equal(JobCursor.Start.After(steps, stepsPerEpoch: 10), oneByOne);
    }
}
