using System.Text.RegularExpressions;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Containers;

/// <summary>Goal: what can be known of the image without building it.</summary>
public sealed partial class DockerfileTests
{
    private readonly Dockerfile _file = Dockerfile.Read();

    [Fact]
    public void BaseImages_ArePinned_ToAVersion() =>
        Assert.All(_file.BaseImages, image => Assert.Matches(PinnedTag(), image));

    [Fact]
    public void Sources_ExistAndReachTheBuild_WhenTheyAreCopied()
    {
        var allowed = Repository.Read(".dockerignore").Split('\n')
            .Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        Assert.NotEmpty(_file.Sources);
        Assert.All(_file.Sources, source =>
        {
            Assert.True(Path.Exists(Repository.PathOf(source)), $"there is no {source}");
            Assert.Contains(source, allowed);
        });
    }

    [Fact]
    public void Build_GetsEverythingThatProjectsImport_FromTheRoot() => Assert.All(
        Directory.EnumerateFiles(Repository.Root, "*.*").Select(Path.GetFileName)
            .Where(file => file!.EndsWith(".props", StringComparison.Ordinal)
                || (file.EndsWith(".targets", StringComparison.Ordinal) && !file.Contains("Solution"))),
        file => Assert.Contains(file, _file.Sources));

    [Fact]
    public void User_IsANumberOtherThanRoot_InTheImage()
    {
        var user = _file.Final.Last(instruction => instruction.Word == "USER").Text.Split(':');
        Assert.All(user, id => Assert.True(int.Parse(id) > 0, id));
        Assert.All(
            _file.Final.Where(instruction => instruction.Text.Contains("--chown", StringComparison.Ordinal)),
            copy => Assert.Contains($"--chown={string.Join(':', user)}", copy.Text));
    }

    [Fact]
    public void EntryPoint_IsTheProgram_ThatIsPublished()
    {
        var publish = Assert.Single(_file.All("RUN"), run => run.Contains("dotnet publish", StringComparison.Ordinal));
        Assert.EndsWith(" -o /app", publish);
        var name = Regex.Match(
            Repository.Read("src/Cli/Cli.csproj"), "<AssemblyName>(?<name>.*)</AssemblyName>",
            RegexOptions.NonBacktracking).Groups["name"].Value;
        Assert.Equal([$"/app/{name}"], _file.EntryPoint);
    }

    [Fact]
    public void Image_RunsNothing_WhileItIsPutTogether() =>
        Assert.DoesNotContain(_file.Final, instruction => instruction.Word is "RUN" or "ADD");

    [GeneratedRegex(@"^mcr\.microsoft\.com/dotnet/[a-z-]+:10\.[0-9.]+-[a-z-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex PinnedTag();
}
