using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Hosting.Tests;

public sealed class CoordinatorTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("target").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Target_FollowsTheCoordinator_WhereAFolderIsGiven()
    {
        var target = CoordinatorTarget.Parse("--join", _folder, path => path);
        Assert.Null(target.Address);
        Assert.Null(target.FindToken());

        var token = ClusterToken.Create();
        token.Write(CoordinatorFile.TokenPath(_folder));
        new CoordinatorFile("127.0.0.1:1111", 1, HasToken: true).Write(_folder);
        Assert.Equal("127.0.0.1:1111", target.Address);
        Assert.Equal(token.Text, target.FindToken()!.Text);

        new CoordinatorFile("127.0.0.1:2222", 2, HasToken: false).Write(_folder);
        Assert.Equal("127.0.0.1:2222", target.Address);
        Assert.Null(target.FindToken());

        CoordinatorFile.Remove(_folder);
        Assert.Null(target.Address);
    }

    [Fact]
    public void Target_IsTheAddress_WhereOneIsGiven()
    {
        var target = CoordinatorTarget.Parse("--join", "10.0.0.7:7000", path => path);
        Assert.Equal("10.0.0.7:7000", target.Address);
        Assert.Null(target.FindToken());
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData(":7000")]
    [InlineData("host:99999")]
    public void Target_SaysWhatIsNeeded_WhereItIsNeither(string text)
    {
        var error = Assert.Throws<UserErrorException>(() => CoordinatorTarget.Parse("--join", text, path => path));
        Assert.StartsWith($"--join {text} is neither", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TokenFile_IsForItsOwnerOnly_AndReadsBack()
    {
        var path = CoordinatorFile.TokenPath(_folder);
        var token = ClusterToken.Create();
        token.Write(path);
        Assert.Equal(token.Text, ClusterToken.Read(path).Text);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    public void TokenFile_IsRefused_WhereItHoldsTooLittle(string text)
    {
        var path = CoordinatorFile.TokenPath(_folder);
        File.WriteAllText(path, text);
        Assert.Contains(
            "needs at least 16", Assert.Throws<UserErrorException>(() => ClusterToken.Read(path)).Message,
            StringComparison.Ordinal);
    }
}
