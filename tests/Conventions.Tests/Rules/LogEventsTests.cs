using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class LogEventsTests
{
    [Fact]
    public void LogEvents_AreUnique() =>
        Ratchet.Check("log-event", LogEvents.Repeated(Repository.Sources.Where(source => source.Area == "src")));

    [Fact]
    public void Repeated_FindsTheSecondUse_WhicheverWayItIsWritten()
    {
        var first = new Source("src/A.cs", "class A { [LoggerMessage(EventId = 7, Message = \"a\")] void M() { } }");
        var second = new Source("src/B.cs", "class B { [LoggerMessage(7, LogLevel.Debug, \"b\")] void M() { } }");
        var third = new Source("src/C.cs", "class C { static EventId Id = new EventId(7, \"c\"); }");
        var paths = LogEvents.Repeated([first, second, third]).Select(finding => finding.Path);
        Assert.Equal(["src/B.cs", "src/C.cs"], paths);
    }

    [Fact]
    public void Repeated_AllowsDifferentIds()
    {
        var text = "class A { [LoggerMessage(EventId = 7)] void M() { } [LoggerMessage(EventId = 8)] void N() { } }";
        Assert.Empty(LogEvents.Repeated([new Source("src/A.cs", text)]));
    }
}
