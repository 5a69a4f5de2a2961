using Distributed.Engine.Training;

namespace Distributed.Simulation.Tests.Nodes;

public sealed class SimulatedComputeTests
{
    private readonly Simulator _simulator = Stage.Of(
        1, options => options with { Compute = options.Compute with { Shard = TimeSpan.FromMilliseconds(9) } });

    private readonly List<string> _seen = [];

    private SimulatedNode Node => _simulator.Nodes[0];

    [Fact]
    public void Run_EndsItsTask_AfterTheDuration()
    {
        var task = Run("work", ComputeKind.Evaluation);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 work", "5 work ended"], _seen);
        Assert.True(task.IsCompletedSuccessfully);
    }

    [Fact]
    public void Run_TakesOneAfterTheOther()
    {
        _ = Run("one", ComputeKind.Evaluation);
        _ = Run("two", ComputeKind.Checkpoint);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 one", "5 one ended", "5 two", "25 two ended"], _seen);
    }

    [Fact]
    public void Run_EndsWithTheException()
    {
        var task = Node.Compute.Run<int>(ComputeKind.Shard, () => throw new InvalidDataException("bad"));
        _ = Run("next", ComputeKind.Evaluation);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.IsType<InvalidDataException>(task.Exception!.InnerException);
        Assert.Contains("14 next ended", _seen);
    }

    [Fact]
    public void RunInParts_TellsParts_AfterTheForwardPass()
    {
        RunInParts(() => Note("work"), 4);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 work", "4.5 part 0", "6 part 1", "7.5 part 2", "9 part 3"], _seen);
    }

    [Fact]
    public void RunInParts_TellsNone_WhenTheWorkThrows()
    {
        RunInParts(() => throw new InvalidDataException("bad"), 4);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["9 failed: bad"], _seen);
    }

    [Fact]
    public void RunInParts_TakesTheNext_WhenTheLastPartIsTold()
    {
        RunInParts(() => Note("work"), 1);
        _ = Run("next", ComputeKind.Evaluation);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 work", "9 part 0", "9 next", "14 next ended"], _seen);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1, 1, 3)]
    [InlineData(2, 1, 3)]
    public void RunInParts_Fails_WhenTheWorkTellsOtherParts(int parts, params int[] told)
    {
        RunInParts(() => Note("work"), parts, told);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.StartsWith("9 failed: compute: ", _seen[^1], StringComparison.Ordinal);
        Assert.Equal(2, _seen.Count);
    }

    [Fact]
    public void Slow_Lengthens_WhatStartsNext()
    {
        Node.Slow(3);
        _ = Run("work", ComputeKind.Evaluation);
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("15 work ended", _seen[^1]);
    }

    [Fact]
    public void Freeze_KeepsResults_UntilThaw()
    {
        RunInParts(() => Note("work"), 2);
        _simulator.RunFor(TimeSpan.FromMilliseconds(1));
        Node.Freeze();
        _simulator.RunFor(TimeSpan.FromMilliseconds(99));
        Assert.Equal(["0 work"], _seen);
        Node.Thaw();
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 work", "100 part 0", "100 part 1"], _seen);
    }

    [Fact]
    public void Crash_EndsNothing()
    {
        var task = Run("work", ComputeKind.Shard);
        _simulator.RunFor(TimeSpan.FromMilliseconds(1));
        Node.Crash();
        _simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0 work"], _seen);
        Assert.False(task.IsCompleted);
    }

    private Task<string> Run(string name, ComputeKind kind)
    {
        var task = Node.Compute.Run(kind, () =>
        {
            Note(name);
            return name;
        });
        NoteEnd(task, $"{name} ended");
        return task;
    }

    private void RunInParts(Action work, int parts, int[]? told = null) =>
        Node.Compute.RunInParts(ComputeKind.Shard, new Parted(this, work, parts, told ?? [parts]));

    private void NoteEnd(Task task, string text) => _ = task.ContinueWith(
        _ => Note(text),
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private void Note(string text) => _seen.Add($"{_simulator.Now.TotalMilliseconds} {text}");

    private sealed class Parted(SimulatedComputeTests tests, Action work, int parts, int[] told) : IPartedWork
    {
        public int Parts => parts;

        public void Run(IPartsReady ready)
        {
            work();
            Array.ForEach(told, ready.OnReady);
        }

        public void OnReady(int count) => tests.Note($"part {count - 1}");

        public void OnFailed(Exception error) => tests.Note($"failed: {error.Message}");
    }
}
