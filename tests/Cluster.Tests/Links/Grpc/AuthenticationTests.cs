using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>Who may call: the token is proved for each call and never sent.</summary>
public sealed class AuthenticationTests
{
    private static readonly LinkSecurity Right = new() { Token = ClusterToken.Create() };
    private static readonly LinkSecurity Wrong = new() { Token = ClusterToken.Create() };
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task Call_IsServed_WhenBothKnowTheToken()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        Assert.NotNull(await stage.Client().StatusAsync(CancellationToken.None));
        var (worker, coordinator) = await LinkProbe.ConnectAsync(stage);
        worker.Connection.Send(new Cluster.Messages.Leave());
        Assert.IsType<Cluster.Messages.Leave>(await coordinator.Open().ReceiveAsync());
    }

    [Fact]
    public async Task Client_SaysNothing_ToACoordinatorWithAnotherToken()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var error = await Assert.ThrowsAsync<ControlException>(
            () => stage.Client(Wrong).StatusAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.Unauthenticated, error.Status);
        Assert.Contains("--token-file", error.Message, StringComparison.Ordinal);
        Assert.True((await LinkProbe.FailAsync(stage.Dialer(security: Wrong), stage.Server.Address)).IsFinal);
    }

    [Fact]
    public async Task Client_SaysNothing_ToACoordinatorWithoutToken()
    {
        await using var stage = await ControlStage.StartAsync();
        var error = await Assert.ThrowsAsync<ControlException>(
            () => stage.Client(Right).StatusAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.Unauthenticated, error.Status);
        Assert.Contains("it has none", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MethodNames.GetStatus)]
    [InlineData(MethodNames.SubmitJob)]
    [InlineData(MethodNames.WatchJob)]
    [InlineData(MethodNames.StopJob)]
    [InlineData(MethodNames.Checkpoint)]
    [InlineData(MethodNames.AwaitJob)]
    [InlineData(MethodNames.Link)]
    [InlineData("/distributed.v1.Cluster/Nothing")]
    public async Task EveryCall_IsRefusedWithOneLine_WithoutProof(string method)
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var error = await CallAsync(stage.Client(), method, Nothing);
        Assert.Contains("no proof", error?.Message ?? "", StringComparison.Ordinal);
        Assert.Equal(4104, Assert.Single(stage.Log.Lines).Event);
    }

    [Fact]
    public async Task Proof_ServesOneCallOnly()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var client = stage.Client();
        var proof = await client.ProveAsync(MethodNames.GetStatus, CancellationToken.None);
        Assert.Null(await CallAsync(client, MethodNames.GetStatus, proof));
        var error = await CallAsync(client, MethodNames.GetStatus, proof);
        Assert.Equal(ControlStatus.Unauthenticated, error?.Status);
        Assert.Contains("used before", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_ServesItsOwnMethodOnly()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var client = stage.Client();
        var proof = await client.ProveAsync(MethodNames.GetStatus, CancellationToken.None);
        var error = await CallAsync(client, MethodNames.StopJob, proof);
        Assert.Equal(ControlStatus.Unauthenticated, error?.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("00")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg")]
    public async Task Proof_IsRefused_WhenItIsNone(string proof)
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var client = stage.Client();
        var right = await client.ProveAsync(MethodNames.GetStatus, CancellationToken.None);
        var metadata = new Dictionary<string, string>(right)
        {
            [GrpcHeaders.Proof] = proof,
        };
        Assert.Equal(ControlStatus.Unauthenticated, (await CallAsync(client, MethodNames.GetStatus, metadata))?.Status);
    }

    [Fact]
    public async Task Health_NeedsNoProof()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var reply = await stage.Client(LinkSecurity.None).CallAsync(
            MethodNames.HealthCheck, new HealthCheckRequest(), HealthCheckResponse.Parser, ControlStage.Ample,
            CancellationToken.None);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
    }

    [Fact]
    public async Task Authenticate_RefusesANonceOfAnotherLength()
    {
        await using var stage = await ControlStage.StartAsync(Right);
        var error = await Assert.ThrowsAsync<ControlException>(() => stage.Client(LinkSecurity.None).CallAsync(
            MethodNames.Authenticate, new AuthenticateRequest(), AuthenticateReply.Parser, ControlStage.Ample,
            CancellationToken.None));
        Assert.Equal(ControlStatus.InvalidArgument, error.Status);
    }

    [Fact]
    public void Session_EndsWithItsLifetime()
    {
        var time = new VirtualTime();
        var sessions = new Sessions(Right.Token!, 10, TimeSpan.FromSeconds(30), time);
        var (inTime, late) = (Begin(sessions), Begin(sessions));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(sessions.Redeem("/m", inTime.Session, inTime.Proof));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Contains("older than 30 s", sessions.Redeem("/m", late.Session, late.Proof), StringComparison.Ordinal);
    }

    [Fact]
    public void OldestSession_GoesFirst_WhenThereAreTooMany()
    {
        var sessions = new Sessions(Right.Token!, 3, TimeSpan.FromSeconds(30), new VirtualTime());
        var begun = Enumerable.Range(0, 4).Select(_ => Begin(sessions)).ToList();
        var served = begun.ConvertAll(session => sessions.Redeem("/m", session.Session, session.Proof) is null);
        Assert.Equal([false, true, true, true], served);
    }

    private static (string Session, string Proof) Begin(Sessions sessions)
    {
        var nonce = ClusterToken.Nonce();
        var theirs = sessions.Begin(nonce).Nonce;
        var proof = Right.Token!.Prove(Sessions.ClientPurpose + "/m", nonce, theirs);
        return (Convert.ToHexStringLower(theirs), Convert.ToHexStringLower(proof));
    }

    /// <summary>How a call with this metadata fails; null where it is served.</summary>
    private static async Task<ControlException?> CallAsync(
        ControlClient client, string method, IReadOnlyDictionary<string, string> metadata)
    {
        using var call = client.Start(method, metadata, ControlStage.Ample, CancellationToken.None);
        try
        {
            await call.WriteAsync(new GetStatusRequest());
        }
        catch (ControlException)
        {
            // The call is over; reading says why.
        }

        try
        {
            call.Complete();
            _ = await call.ReadAsync(JobStatus.Parser, CancellationToken.None);
            return null;
        }
        catch (ControlException error)
        {
            return error;
        }
    }
}
