using System.Net;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Hosting.Tests;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(null, "127.0.0.1:0")]
    [InlineData("127.0.0.1:7000", "127.0.0.1:7000")]
    [InlineData("localhost:7000", "127.0.0.1:7000")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("[::1]:7000", "[::1]:7000")]
    public void Parse_ReadsHostAndPort_AndDefaultsToLoopback(string? text, string expected) =>
        Assert.Equal(expected, ListenAddress.Parse("--listen", text).ToString());

    [Theory]
    [InlineData("7000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("somewhere:7000")]
    [InlineData("")]
    public void Parse_SaysWhatIsNeeded_WhereTheTextIsNoAddress(string text)
    {
        var error = Assert.Throws<UserErrorException>(() => ListenAddress.Parse("--listen", text));
        Assert.StartsWith($"--listen {text}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("127.0.0.1", false, false, null)]
    [InlineData("::1", false, false, null)]
    [InlineData("0.0.0.0", false, true, "without a token")]
    [InlineData("10.0.0.7", true, false, "without TLS")]
    [InlineData("10.0.0.7", true, true, null)]
    public void CheckSafe_RefusesOtherMachines_WithoutTokenOrInClear(
        string address, bool hasToken, bool isInsecure, string? reason)
    {
        var listen = new IPEndPoint(IPAddress.Parse(address), 7000);
        void Check() => ListenAddress.CheckSafe("--listen", listen, LinkSecurity.None, hasToken, isInsecure);
        if (reason is null)
        {
            Check();
        }
        else
        {
            Assert.Contains(reason, Assert.Throws<UserErrorException>(Check).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OwnHost_IsTheAddressThatReachesThePeer_WhereAllAddressesAreListenedAt()
    {
        var any = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal("127.0.0.1", OwnHost.Toward("127.0.0.1:7000", null, any));
        Assert.Equal("given", OwnHost.Toward("127.0.0.1:7000", "given", any));
        Assert.Null(OwnHost.Toward("127.0.0.1:7000", null, ListenAddress.Default));
        Assert.Equal(Dns.GetHostName(), OwnHost.ByName(null, any));
    }
}
