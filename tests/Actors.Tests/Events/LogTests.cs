namespace Distributed.Actors.Tests;

public sealed class LogTests : DeterministicKit
{
    [Theory]
    [InlineData("no holes", "no holes")]
    [InlineData("{0} before {1}", "1.5 before two")]
    [InlineData("{1} before {0:F2}", "two before 1.50")]
    [InlineData("{First:F1} and {Second}", "1.5 and two")]
    [InlineData("{2} is missing", "{2} is missing")]
    [InlineData("{0:Q}", "{0:Q}")]
    [InlineData("{ open", "{ open")]
    public void Template_FillsItsHoles_WhenNumberedOrNamed(string template, string expected) =>
        Assert.Equal(expected, LogTemplate.Fill(template, [1.5, "two"]));

    [Fact]
    public void Log_TravelsOnTheEventStreamWithItsSource_WhenAnActorWrites()
    {
        Sys.EventStream.Subscribe<LogEvent>(TestActor);
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Puppet.Do(self => self.Inside.GetLogger().Warning("{0} left", 3)));
        var log = ExpectMsg<LogEvent>();
        Assert.Equal((LogLevel.WarningLevel, "3 left", null), (log.Level, log.Message, log.Cause));
        Assert.Equal(actor.Path.ToString(), log.Source);
        Assert.Equal(Time.GetUtcNow(), log.Timestamp);
        Assert.Equal("00:00:00.000 Warning actors://test/user/a: 3 left", log.ToString());
    }

    [Fact]
    public void Log_LeavesOutWhatIsBelowTheLevel_WhenWritten()
    {
        Sys.EventStream.Subscribe<LogEvent>(TestActor);
        Sys.Log.Debug("hidden");
        Sys.Log.Info("seen");
        Sys.Log.Error(new InvalidOperationException("cause"), "seen too");
        Assert.Equal(["seen", "seen too"], Received().Cast<LogEvent>().Select(log => log.Message));
        Assert.False(Sys.Log.IsEnabled(LogLevel.DebugLevel));
    }

    [Fact]
    public void Supervision_IsUnmoved_WhenTheSinkThrows()
    {
        using var system = ActorRuntime.Start("unlogged", new ActorRuntimeOptions
        {
            Dispatcher = Dispatcher,
            TimeProvider = Time,
            LogSink = _ => throw new IOException("disk full"),
        });
        var events = TestActor;
        var actor = system.ActorOf(Props.Create(() => new Puppet(events)), "a");
        system.EventStream.Subscribe<LogEvent>(TestActor);
        Forget();
        actor.Tell(new Puppet.Fail("oops"));
        var received = Received();
        Assert.Contains("a:postrestart(oops)", received);
        Assert.Single(received.OfType<LogEvent>(), log => log.Cause is IOException);
    }

    [Fact]
    public void Log_ReachesTheSink_WhenTheOptionsHaveOne()
    {
        var lines = new List<string>();
        using var system = ActorRuntime.Start("logged", new ActorRuntimeOptions
        {
            Dispatcher = Dispatcher,
            TimeProvider = Time,
            LogLevel = LogLevel.DebugLevel,
            LogSink = log => lines.Add(log.Message),
        });
        system.Log.Debug("one");
        Assert.Equal(["one"], lines);
    }
}
