using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class LayeringTests
{
    private static readonly IEnumerable<Project> SourceProjects =
        Repository.Projects.Where(project => project.Path.Split('/')[0] is "src" or "examples");

    [Fact]
    public void Projects_ReferenceOnlyWhatLiesBelowThem() =>
        Ratchet.Check("layering", Layering.References(SourceProjects));

    [Fact]
    public void Sources_NameOnlyWhatTheirFloorKnows() =>
        Ratchet.Check("layering-names", Repository.Sources.SelectMany(Layering.Names));

    [Fact]
    public void Projects_AllHaveAFloor() =>
        Assert.Equal(
            Layering.Allowed.Keys.Order(StringComparer.Ordinal),
            SourceProjects.Select(project => project.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Engine")]
    [InlineData("Actors")]
    [InlineData("Cluster")]
    [InlineData("Worker")]
    [InlineData("Coordinator")]
    [InlineData("Training")]
    public void Assembly_ReferencesOnlyWhatLiesBelowIt(string project)
    {
        var allowed = Layering.Allowed[project].Select(name => $"Distributed.{name}").ToHashSet();
        var above = ReferencesOf($"Distributed.{project}.dll")
            .Where(name => name.StartsWith("Distributed.", StringComparison.Ordinal) && !allowed.Contains(name));
        Assert.Empty(above);
    }

    [Theory]
    [InlineData("Engine")]
    [InlineData("Actors")]
    public void Assembly_ReferencesNoSockets(string project) =>
        Assert.DoesNotContain(
            ReferencesOf($"Distributed.{project}.dll"),
            name => name.StartsWith("System.Net", StringComparison.Ordinal));

    [Theory]
    [InlineData("Engine", "Actors")]
    [InlineData("Worker", "Coordinator")]
    [InlineData("Cluster", "Training")]
    [InlineData("Attic", "Engine")]
    public void References_FindsAnArrowUp(string from, string to)
    {
        var content = XDocument.Parse(
            $"<Project><ItemGroup><ProjectReference Include=\"../{to}/{to}.csproj\" /></ItemGroup></Project>");
        Assert.Single(Layering.References([new Project($"src/{from}/{from}.csproj", content)]));
    }

    [Theory]
    [InlineData("src/Engine/Data/A.cs", "using System.Net.Sockets;")]
    [InlineData("src/Engine/A.cs", "class A { Distributed.Actors.Props p; }")]
    [InlineData("src/Engine/Kernels/A.cs", "using Distributed.Engine.Plans;")]
    [InlineData("src/Engine/Kernels/A.cs", "class A { void M() { var t = Graphs.Tensor.Zero(); } }")]
    [InlineData("src/Engine/Graphs/A.cs", "class A { Plans.Plan? p; }")]
    [InlineData("src/Cluster/A.cs", "using L = Distributed.Engine.Layers.Linear;")]
    [InlineData("src/Worker/A.cs", "using Distributed.Coordinator;")]
    [InlineData("src/Coordinator/A.cs", "using Distributed.Worker;")]
    [InlineData("src/Actors/A.cs", "class A { global::System.Net.Sockets.Socket s; }")]
    public void Names_FindsWhatTheFloorMustNotKnow(string path, string text) =>
        Assert.Single(Layering.Names(new Source(path, text)));

    [Theory]
    [InlineData("src/Worker/A.cs", "using Distributed.Engine.Plans;")]
    [InlineData("src/Engine/A.cs", "// Distributed.Actors is above\nclass A { string s = \"System.Net\"; }")]
    public void Names_AllowsTheRest(string path, string text) => Assert.Empty(Layering.Names(new Source(path, text)));

    private static List<string> ReferencesOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly)));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
