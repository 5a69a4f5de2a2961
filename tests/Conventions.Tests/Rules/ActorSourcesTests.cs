using System.Diagnostics;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class ActorSourcesTests
{
    [Fact]
    public void ActorSources_NeverNameTheRuntime() =>
        Ratchet.Check("actor-runtime", Repository.Sources.Where(ActorSources.Covers).SelectMany(ActorSources.Names));

    [Theory]
    [InlineData("using Distributed.Actors;")]
    [InlineData("global using Distributed.Actors;")]
    [InlineData("using Distributed.Actors.TestKit;")]
    [InlineData("using static Distributed.Actors.Props;")]
    [InlineData("using Kernel = Distributed.Actors;")]
    [InlineData("using P = global::Distributed.Actors.Props;")]
    [InlineData("using Akka.Actor;")]
    [InlineData("using static Akka.Actor.Props;")]
    [InlineData("using A = Akka;")]
    [InlineData("class A { Distributed.Actors.Props? p; }")]
    [InlineData("class A { object M() => global::Distributed.Actors.Props.Create<A>(); }")]
    [InlineData("class A { List<Distributed.Actors.IActorRef> all; }")]
    [InlineData("namespace Distributed.Worker; using Actors; class A { }")]
    [InlineData("namespace Distributed.Worker; class A { Actors.Props? p; }")]
    [InlineData("namespace Distributed.Worker; class A { object M() => Actors.ActorRefs.Nobody; }")]
    [InlineData("namespace Distributed.Worker; class A : Actors.TestKit.TestKit { }")]
    public void Names_FindsTheRuntime(string text) =>
        Assert.Single(ActorSources.Names(new Source("tests/Worker.Tests/A.cs", text)));

    [Theory]
    [InlineData("// using Akka.Actor;\nusing System;")]
    [InlineData("class A { string s = \"Distributed.Actors\"; }")]
    [InlineData("class A { IActorRef M(Job job) => job.Actors.First(); }")]
    [InlineData("class A { int M() => Actors.Count; List<IActorRef> Actors; }")]
    [InlineData("class A { Distributed.ActorsOfPlays? p; }")]
    public void Names_AllowsTheRest(string text) =>
        Assert.Empty(ActorSources.Names(new Source("tests/Worker.Tests/A.cs", text)));

    [Theory]
    [InlineData("src/Worker/A.cs", true)]
    [InlineData("tests/Worker.Tests/A.cs", true)]
    [InlineData("benchmarks/A.cs", true)]
    [InlineData("src/Actors/A.cs", false)]
    [InlineData("tests/Actors.Tests/A.cs", false)]
    public void Covers_AllButTheRuntimeItself(string path, bool covered) =>
        Assert.Equal(covered, ActorSources.Covers(new Source(path, "")));

    // The build of everything, as a person would ask for it, stops at once: about a second.
    [Fact]
    public async Task Build_FailsWithOneClearLine_WhenTheRuntimeIsUnknown()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "msbuild", "Distributed.sln", "-nologo", "-nodeReuse:false", "-p:ActorRuntime=Akka",
            },
        };
        foreach (var name in start.Environment.Keys.Where(name =>
            name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name); // those of the build that runs this test
        }

        using var build = Process.Start(start)!;
        var error = build.StandardError.ReadToEndAsync();
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.NotEqual(0, build.ExitCode);
        Assert.Empty(await error);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("error : ActorRuntime 'Akka' is unknown: choose Embedded", line);
    }
}
