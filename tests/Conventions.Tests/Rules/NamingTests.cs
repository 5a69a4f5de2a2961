using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class NamingTests
{
    [Fact]
    public void Tests_AreNamedSubjectDoesWhatWhenWhere() =>
        Ratchet.Check("test-name", Repository.Sources.Where(source => source.Area == "tests").SelectMany(Naming.Tests));

    [Fact]
    public void Namespaces_FollowTheFolders() =>
        Ratchet.Check("namespace", Repository.Sources.SelectMany(Naming.Namespaces));

    [Fact]
    public void Files_AreNamedForATypeInThem() =>
        Ratchet.Check("file-name", Repository.Sources.SelectMany(Naming.FileNames));

    [Fact]
    public void Families_AllExist() => Assert.Empty(Naming.Families.Keys.Except(Repository.Files));

    [Theory]
    [InlineData("class AddTest { [Fact] public void Add_Adds() { } }")]
    [InlineData("class AddTests { [Theory] public void Adds() { } }")]
    [InlineData("class AddTests { [Xunit.Fact] public void Add_adds() { } }")]
    [InlineData("class AddTests { [SlowFact] public void A_B_C_D() { } }")]
    public void Tests_FindsTheName(string text) => Assert.Single(Naming.Tests(new Source("tests/A.Tests/A.cs", text)));

    [Theory]
    [InlineData("class AddTests { [Fact] public void Add_Adds() { } }")]
    [InlineData("class AddTests { [Fact] public void Add_Adds_When2Numbers() { } }")]
    [InlineData("class Helper { public void adds() { } }")]
    [InlineData("abstract class AddSpec { [Fact] public void Add_Adds() { } }")]
    public void Tests_AllowsTheRest(string text) => Assert.Empty(Naming.Tests(new Source("tests/A.Tests/A.cs", text)));

    [Theory]
    [InlineData("src/Engine/Graphs/A.cs", "namespace Distributed.Cluster;")]
    [InlineData("src/Engine/Graphs/A.cs", "namespace Distributed;")]
    [InlineData("src/Engine/Graphs/A.cs", "namespace Distributed.Engine.Plans;")]
    [InlineData("src/Engine/A.cs", "namespace Distributed.EngineRoom;")]
    [InlineData("src/Engine/A.cs", "class A { }")]
    [InlineData("benchmarks/Kernels/A.cs", "namespace Distributed.Engine;")]
    public void Namespaces_FindsTheStranger(string path, string text) =>
        Assert.Single(Naming.Namespaces(new Source(path, text)));

    [Theory]
    [InlineData("src/Engine/Graphs/Operations/A.cs", "namespace Distributed.Engine.Graphs;")]
    [InlineData("src/Engine/Graphs/A.cs", "namespace Distributed.Engine;")]
    [InlineData("tests/Engine.Tests/Graphs/A.cs", "namespace Distributed.Engine.Tests.Graphs;")]
    [InlineData("benchmarks/Kernels/A.cs", "namespace Distributed.Benchmarks.Kernels;")]
    [InlineData("src/Cli/Program.cs", "return 0;")]
    public void Namespaces_AllowsTheRest(string path, string text) =>
        Assert.Empty(Naming.Namespaces(new Source(path, text)));

    [Theory]
    [InlineData("src/Engine/Adder.cs", "namespace A; class Subtracter { }")]
    [InlineData("src/Engine/Adders.cs", "namespace A; class Outer { class Adder { } }")]
    public void FileNames_FindsTheMismatch(string path, string text) =>
        Assert.Single(Naming.FileNames(new Source(path, text)));

    [Theory]
    [InlineData("src/Engine/Adder.cs", "namespace A; class Adder { } record Companion;")]
    [InlineData("src/Engine/Adder.Fast.cs", "namespace A; partial class Adder { }")]
    [InlineData("src/Engine/Add.cs", "namespace A; partial class Tensor { } class AddOperation { }")]
    [InlineData("src/Engine/JobEvents.cs", "namespace A; abstract record JobEvent; record JobEnded : JobEvent;")]
    [InlineData("src/Cli/Program.cs", "return 0;")]
    public void FileNames_AllowsTheRest(string path, string text) =>
        Assert.Empty(Naming.FileNames(new Source(path, text)));
}
