using System.Xml.Linq;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class FileRulesTests
{
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".md", ".proto", ".yml", ".yaml", ".json", ".sh", "/run"];

    [Fact]
    public void Sources_StopAtTheColumnLimit() =>
        Ratchet.Check("long-line", Repository.Sources.SelectMany(FileRules.LongLines));

    [Fact]
    public void Sources_StopAtTheLineLimit() =>
        Ratchet.Check("long-file", Repository.Sources.SelectMany(FileRules.LongFiles));

    [Fact]
    public void Files_HaveNoMarkersLeftOver() =>
        Ratchet.Check("marker", Repository.Files
            .Where(file => TextEndings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .SelectMany(file => FileRules.Markers(file, Repository.Read(file))));

    [Fact]
    public void Sources_DeclareSomething() =>
        Ratchet.Check("empty-file", Repository.Sources.SelectMany(FileRules.Empty));

    [Fact]
    public void Sources_AreAllBuilt() =>
        Ratchet.Check("not-built", FileRules.NotBuilt(
            Repository.Sources.Select(source => source.Path),
            [.. Repository.Projects],
            [.. Repository.SolutionProjects()]));

    [Fact]
    public void Folders_AreNamedForConcepts() =>
        Ratchet.Check("folder-name", Repository.Sources.SelectMany(source => FileRules.FoldersByKind(source.Path)));

    [Fact]
    public void LongLines_FindsColumn121_CountingCharactersNotBytes()
    {
        var text = $"{new string('─', 120)}\n{new string('x', 121)}\n";
        Assert.Equal(2, Assert.Single(FileRules.LongLines(new Source("src/A.cs", text))).Line);
    }

    [Fact]
    public void LongFiles_FindsTheLineTooMany()
    {
        Assert.Empty(FileRules.LongFiles(new Source("src/A.cs", new string('\n', 599))));
        Assert.Single(FileRules.LongFiles(new Source("src/A.cs", new string('\n', 600))));
    }

    [Fact]
    public void Markers_FindsWholeWordsOnly()
    {
        var text = "// TO" + "DO: later\nvar hackles = 1; // XX" + "X\n// FIX" + "ME\n";
        Assert.Equal([1, 2, 3], FileRules.Markers("src/A.cs", text).Select(finding => finding.Line));
        Assert.Empty(FileRules.Markers("src/A.cs", "the hacksaw of todos"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("// nothing\nusing System;\n")]
    [InlineData("namespace A;\n")]
    public void Empty_FindsFilesWithoutDeclarations(string text) =>
        Assert.Single(FileRules.Empty(new Source("src/A.cs", text)));

    [Theory]
    [InlineData("class A { }")]
    [InlineData("global using System;")]
    [InlineData("System.Console.WriteLine();")]
    [InlineData("[assembly: System.CLSCompliant(false)]")]
    public void Empty_AllowsTheRest(string text) => Assert.Empty(FileRules.Empty(new Source("src/A.cs", text)));

    [Fact]
    public void NotBuilt_FindsStraySourcesProjectsAndRemovals()
    {
        var removing = new Project("src/B/B.csproj", XDocument.Parse(
            "<Project><ItemGroup><Compile Remove=\"Old.cs\" /></ItemGroup></Project>"));
        var findings = FileRules.NotBuilt(["src/A/A.cs", "src/B/B.cs"], [removing], []);
        Assert.Equal(["src/A/A.cs", "src/B/B.csproj", "src/B/B.csproj"], findings.Select(finding => finding.Path));
    }

    [Fact]
    public void FoldersByKind_FindsUtils()
    {
        Assert.Single(FileRules.FoldersByKind("src/Engine/Utils/A.cs"));
        Assert.Empty(FileRules.FoldersByKind("src/Engine/Kernels/Utils.cs"));
    }
}
