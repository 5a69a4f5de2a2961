using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>Mutual TLS under the control link.</summary>
public sealed class EncryptionTests : IAsyncLifetime, IDisposable
{
    private readonly TestAuthority _authority = new("cluster");
    private readonly ClusterToken _token = ClusterToken.Create();
    private ControlStage _stage = null!;

    public async Task InitializeAsync() =>
        _stage = await ControlStage.StartAsync(_authority.Security("coordinator", _token));

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task CallsAndLinks_AreServed_WhenBothHaveCertificatesOfTheAuthority()
    {
        var security = _authority.Security("worker", _token);
        Assert.NotNull(await _stage.Client(security).StatusAsync(CancellationToken.None));
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage, _stage.Dialer(security: security));
        worker.Connection.Send(new Cluster.Messages.Leave());
        Assert.IsType<Cluster.Messages.Leave>(await coordinator.Open().ReceiveAsync());
    }

    [Fact]
    public async Task Client_IsRefused_WithACertificateOfAnotherAuthority()
    {
        using var other = new TestAuthority("other");
        var own = other.Security("worker", _token);
        var security = own with { Authorities = _authority.Security("any").Authorities };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client(security).StatusAsync(CancellationToken.None));
        Assert.Contains(_stage.Server.Address, error.Message, StringComparison.Ordinal);
        await _stage.DisposeAsync();
        Assert.Contains(_stage.Log.Lines, line => line.Event == 4101);
    }

    [Fact]
    public async Task Client_RefusesAServer_OfAnotherAuthority()
    {
        using var other = new TestAuthority("other");
        var security = _authority.Security("worker", _token) with { Authorities = other.Security("any").Authorities };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client(security).StatusAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.Unauthenticated, error.Status);
        Assert.Contains("--tls-ca", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_IsToldOfTls_WhenItCallsInClear()
    {
        var security = new LinkSecurity { Token = _token };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client(security).StatusAsync(CancellationToken.None));
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_IsToldOfTls_WhenTheServerIsInClear()
    {
        await using var clear = await ControlStage.StartAsync(new LinkSecurity { Token = _token });
        var error = await Assert.ThrowsAsync<ControlException>(
            () => clear.Client(_authority.Security("worker", _token)).StatusAsync(CancellationToken.None));
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }
}
