using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class ActorSourcesTests
{
    [Fact]
    public void ActorSources_NeverNameTheRuntime()
    {
        var folders = Repository.Projects.Where(project => project.UsesActors)
            .Select(project => project.Folder).ToList();
        Assert.NotEmpty(folders);
        Ratchet.Check("actor-runtime", Repository.Sources
            .Where(source => folders.Any(folder => source.Path.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(ActorSources.Usings));
    }

    [Theory]
    [InlineData("using Distributed.Actors;")]
    [InlineData("global using Distributed.Actors;")]
    [InlineData("using Akka.Actor;")]
    [InlineData("using static Akka.Actor.Props;")]
    public void Usings_FindsTheRuntime(string text) =>
        Assert.Single(ActorSources.Usings(new Source("src/Worker/A.cs", text)));

    [Theory]
    [InlineData("using Distributed.Actors.TestKit;")]
    [InlineData("// using Akka.Actor;\nusing System;")]
    public void Usings_AllowsTheRest(string text) =>
        Assert.Empty(ActorSources.Usings(new Source("src/Worker/A.cs", text)));
}
