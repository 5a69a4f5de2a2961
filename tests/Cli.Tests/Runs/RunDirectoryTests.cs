using Distributed.Engine.Errors;
using Distributed.Training.Runs;

namespace Distributed.Cli.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly Harness _cli = new();

    [Fact]
    public void RunDirectory_IsNamedForTheTime_WhenNoneIsGiven()
    {
        var clock = new FixedClock(new DateTimeOffset(2026, 1, 31, 17, 45, 0, TimeSpan.Zero));

        using var first = RunDirectory.CreateNamed(_cli.PathOf("runs"), clock);
        using var second = RunDirectory.CreateNamed(_cli.PathOf("runs"), clock);

        Assert.Equal(_cli.PathOf("runs/20260131-174500"), first.Path);
        Assert.Equal(_cli.PathOf("runs/20260131-174500-2"), second.Path);
    }

    [Fact]
    public void RunDirectory_IsRefused_WhenAnotherWorksInIt()
    {
        using var first = RunDirectory.Create(_cli.PathOf("run"));
        first.WriteJob("epochs: 1\n");

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(_cli.PathOf("run")));

        Assert.Contains("if another process trains there, wait for it to end", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunDirectory_LeavesNothing_WhenAbandoned()
    {
        RunDirectory.Create(_cli.PathOf("made")).Abandon();
        Directory.CreateDirectory(_cli.PathOf("given"));
        RunDirectory.Create(_cli.PathOf("given")).Abandon();

        Assert.False(Directory.Exists(_cli.PathOf("made")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cli.PathOf("given")));
    }

    [Fact]
    public void RunDirectory_IsFreeAgain_WhenItsLockFileWasLeftBehind()
    {
        _cli.Write("run/.lock", "");
        _cli.Write("run/job.yaml", "epochs: 1\n");

        RunDirectory.Open(_cli.PathOf("run")).Dispose();

        Assert.False(File.Exists(_cli.PathOf("run/.lock")));
    }

    [Fact]
    public void RunDirectory_IsTheNewestThatIsARun_WhenAskedFor()
    {
        _cli.Write("runs/20260101-000000/job.yaml", "");
        _cli.Write("runs/20260102-000000/job.yaml", "");
        _cli.Write("runs/zzz/notes.txt", "");

        using var newest = RunDirectory.OpenNewest(_cli.PathOf("runs"));

        Assert.Equal(_cli.PathOf("runs/20260102-000000"), newest.Path);
    }

    public void Dispose() => _cli.Dispose();

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
