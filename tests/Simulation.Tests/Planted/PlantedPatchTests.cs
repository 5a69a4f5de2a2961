namespace Distributed.Simulation.Tests.Planted;

/// <summary>
/// Goal: tests/planted-faults.sh, which breaks the protocol on purpose, does not rot. Method: what every patch wants to
/// change is looked for in the sources as they are.
/// </summary>
public sealed class PlantedPatchTests
{
    private const int PatchesMin = 15;

    private static readonly string Root = RootAbove(AppContext.BaseDirectory);
    private static readonly string Folder = Path.Combine(Root, "tests", "Simulation.Tests", "Planted");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.patch")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Patches_AreEnough() => Assert.True(
        Names.Count >= PatchesMin, $"{Folder} has {Names.Count} patches, at least {PatchesMin} are needed");

    [Theory]
    [MemberData(nameof(Names))]
    public void Patch_AppliesToTheSources_AsTheyAre(string name)
    {
        var patch = PlantedPatch.Parse(name, File.ReadAllLines(Path.Combine(Folder, $"{name}.patch")));
        Assert.NotEmpty(patch.Hunks);
        foreach (var hunk in patch.Hunks)
        {
            var count = hunk.CountIn(File.ReadAllLines(Path.Combine(Root, hunk.File)));
            Assert.True(
                count == 1,
                $"{name}: found {count} times in {hunk.File}, needed once; make the patch anew:"
                + $"{Environment.NewLine}{string.Join(Environment.NewLine, hunk.Before)}");
            Assert.NotEqual(hunk.Before, hunk.After);
            Assert.StartsWith("src/", hunk.File, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Patch_SaysWhatIsBroken_AndWhichRule(string name)
    {
        var patch = PlantedPatch.Parse(name, File.ReadAllLines(Path.Combine(Folder, $"{name}.patch")));
        Assert.EndsWith(".", patch.What, StringComparison.Ordinal);
        Assert.NotEmpty(patch.Rule);
    }

    private static string RootAbove(string folder) => File.Exists(Path.Combine(folder, "Distributed.sln"))
        ? folder
        : RootAbove(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Distributed.sln above"));
}
