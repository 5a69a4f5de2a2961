using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Distributed.Cluster.Links.Grpc;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>What the server answers to requests that its own client never makes.</summary>
public sealed class RawHttpTests : IAsyncLifetime, IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private ControlStage _stage = null!;

    public async Task InitializeAsync() => _stage = await ControlStage.StartAsync();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Status_IsInTheTrailers_AfterAMessage()
    {
        using var response = await PostAsync(MethodNames.GetStatus, [0, 0, 0, 0, 0]);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        Assert.False(response.Headers.Contains("grpc-status"));
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
    }

    [Fact]
    public async Task Status_IsInTheHeaders_WhereThereIsNothingElse()
    {
        using var response = await PostAsync("/no.Service/Method", [0, 0, 0, 0, 0]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["12"], response.Headers.GetValues("grpc-status"));
        Assert.Equal(["there is no method /no.Service/Method"], response.Headers.GetValues("grpc-message"));
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "12")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "8")]
    [InlineData(new byte[] { 0, 1, 0, 0, 1 }, "8")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, "3")]
    [InlineData(new byte[] { 0, 0 }, "3")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, "3")]
    [InlineData(new byte[] { }, "3")]
    public async Task Message_IsRefusedByItsPrefix(byte[] body, string status)
    {
        using var response = await PostAsync(MethodNames.GetStatus, body);
        Assert.Equal([status], response.Headers.GetValues("grpc-status"));
        Assert.Equal(4102, Assert.Single(_stage.Log.Lines).Event);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Request_IsRefused_WhenItIsNoGrpc(string type)
    {
        using var response = await PostAsync(MethodNames.GetStatus, [0, 0, 0, 0, 0], type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("1n", "4")]
    [InlineData("soon", "3")]
    public async Task Deadline_IsTheCallers(string timeout, string status)
    {
        using var response = await PostAsync(MethodNames.Checkpoint, [0, 0, 0, 0, 0], timeout: timeout);
        Assert.Equal([status], response.Headers.GetValues("grpc-status"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /distributed.v1.Cluster/GetStatus HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nx")]
    public async Task Http1_IsRefused_WithOneLineInTheLog(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(_stage.Server.Address));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(ControlStage.Ample);
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        await _stage.Server.DisposeAsync();
        Assert.Equal(4101, Assert.Single(_stage.Log.Lines).Event);
    }

    [Fact]
    public async Task Headers_AreBounded()
    {
        using var request = Request(MethodNames.GetStatus, [0, 0, 0, 0, 0], "application/grpc");
        request.Headers.TryAddWithoutValidation("large", new string('x', 40_000));
        var answer = await Record.ExceptionAsync(async () =>
        {
            using var response = await _http.SendAsync(request, CancellationToken.None);
            Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
        });
        Assert.True(answer is null or HttpRequestException, answer?.ToString());
        Assert.NotNull(await _stage.Client().StatusAsync(CancellationToken.None));
    }

    private HttpRequestMessage Request(string method, byte[] body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_stage.Root, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return request;
    }

    private async Task<HttpResponseMessage> PostAsync(
        string method, byte[] body, string type = "application/grpc", string? timeout = null)
    {
        using var request = Request(method, body, type);
        if (timeout is not null)
        {
            request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        }

        var response = await _http.SendAsync(request, CancellationToken.None).WaitAsync(ControlStage.Ample);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }
}
