using System.Net;
using Distributed.Cluster.Links.Grpc;
using Distributed.Engine.Errors;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>What probes see over HTTP/1.1.</summary>
public sealed class HealthEndpointTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData("/healthz", true, false, 200)]
    [InlineData("/healthz", false, false, 503)]
    [InlineData("/readyz", true, true, 200)]
    [InlineData("/readyz", true, false, 503)]
    [InlineData("/", true, true, 404)]
    public async Task Probe_IsAnsweredWithOneLine(string path, bool isLive, bool isReady, int status)
    {
        await using var endpoint = new HealthEndpoint(AnyPort, () => new Health(isLive, isReady, "3 workers train"));
        await endpoint.StartAsync();
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri($"http://{endpoint.Address}{path}"));
        Assert.Equal(status, (int)response.StatusCode);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status == 404 ? "there are /healthz and /readyz\n" : "3 workers train\n", text);
    }

    [Fact]
    public async Task Start_SaysWhatToDo_WhenThePortIsInUse()
    {
        await using var first = new HealthEndpoint(AnyPort, () => new Health(true, true, ""));
        await first.StartAsync();
        await using var second = new HealthEndpoint(first.Address, () => new Health(true, true, ""));
        var error = await Assert.ThrowsAsync<UserErrorException>(second.StartAsync);
        Assert.Contains($"{first.Address}", error.Message, StringComparison.Ordinal);
    }
}
