using Distributed.Cluster.Links.Grpc;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>Texts of headers, as "gRPC over HTTP2" writes them.</summary>
public sealed class GrpcHeadersTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain words", "plain words")]
    [InlineData("100 %\n", "100 %25%0A")]
    [InlineData("é€", "%C3%A9%E2%82%AC")]
    public void Message_IsPercentEncoded_AndComesBack(string message, string header)
    {
        Assert.Equal(header, GrpcHeaders.Escape(message));
        Assert.Equal(message, GrpcHeaders.Unescape(header));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%2", "%2")]
    [InlineData("%zz", "%zz")]
    [InlineData("a%41", "aA")]
    public void Header_IsTakenAsItIs_WhereItIsNoEncoding(string header, string message) =>
        Assert.Equal(message, GrpcHeaders.Unescape(header));

    [Fact]
    public void Message_IsCut_WhenItIsLongerThanAHeaderMayBe() =>
        Assert.True(GrpcHeaders.Escape(new string('é', 1 << 20)).Length <= 12_000);

    [Theory]
    [InlineData("1H", 3600)]
    [InlineData("2M", 120)]
    [InlineData("3S", 3)]
    [InlineData("4000m", 4)]
    [InlineData("5000000u", 5)]
    [InlineData("10000000n", 0.01)]
    public void Timeout_IsRead(string text, double seconds)
    {
        Assert.True(GrpcHeaders.TryParse(text, out var timeout));
        Assert.Equal(TimeSpan.FromSeconds(seconds), timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("S")]
    [InlineData("-5S")]
    [InlineData("5s")]
    [InlineData("123456789S")]
    [InlineData(" 5S")]
    public void Timeout_IsRefused_WhenItIsNone(string text) => Assert.False(GrpcHeaders.TryParse(text, out _));

    [Fact]
    public void Timeout_IsNone_WhenNoTimerHoldsIt()
    {
        Assert.True(GrpcHeaders.TryParse("99999999H", out var timeout));
        Assert.Null(timeout);
    }

    [Theory]
    [InlineData(0.0001)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1_000_000)]
    public void Timeout_ComesBack_AndIsNeverShorter(double seconds)
    {
        var timeout = TimeSpan.FromSeconds(seconds);
        Assert.True(GrpcHeaders.TryParse(GrpcHeaders.Format(timeout), out var read));
        Assert.InRange(read!.Value, timeout, timeout + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void ContentType_IsLookedAt(string? type, bool isGrpc) => Assert.Equal(isGrpc, GrpcHeaders.IsGrpc(type));
}
