using System.Net;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>Calls of the command line, over real sockets.</summary>
public sealed class ControlCallsTests : IAsyncLifetime
{
    private ControlStage _stage = null!;

    public async Task InitializeAsync() => _stage = await ControlStage.StartAsync();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Submit_BringsRequestAndReplyAcross()
    {
        var reply = await _stage.Client().SubmitAsync(
            new SubmitJobRequest { JobYaml = "model: mlp", RunDir = "runs/é" }, CancellationToken.None);
        Assert.Equal(("job-1", "runs/é"), (reply.JobId, reply.RunDir));
    }

    [Fact]
    public async Task Status_TellsUnsetFromZero()
    {
        _stage.Jobs.Now = new JobStatus { State = JobState.Training, Loss = 0, Reason = "step 1 of 2" };
        var status = await _stage.Client().StatusAsync(CancellationToken.None);
        Assert.Equal(_stage.Jobs.Now, status);
        Assert.True(status.HasLoss);
        Assert.False(status.HasAccuracy);
    }

    [Fact]
    public async Task Refusal_ComesWithStatusAndItsOwnWords()
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client().SubmitAsync(new SubmitJobRequest(), CancellationToken.None));
        Assert.Equal(ControlStatus.InvalidArgument, refusal.Status);
        Assert.Equal($"coordinator {_stage.Server.Address}: the job is empty: 100 % — of nothing\n", refusal.Message);
        Assert.Contains(_stage.Log.Lines, line => line.Event == 4102);
    }

    [Fact]
    public async Task Defect_IsInternal_AndItsDetailsStayInTheLog()
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => _stage.Client().SubmitAsync(
            new SubmitJobRequest { JobYaml = "defect" }, CancellationToken.None));
        Assert.Equal(ControlStatus.Internal, refusal.Status);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_stage.Log.Lines, line => line.Event == 4103);
    }

    [Fact]
    public async Task Watch_BringsUpdatesAsTheyCome_AndEndsWithTheCaller()
    {
        using var ending = new CancellationTokenSource();
        await using var updates = _stage.Client().WatchAsync(ending.Token).GetAsyncEnumerator(ending.Token);
        for (var step = 1; step <= 3; step++)
        {
            var sent = new JobUpdate { Status = new JobStatus { Step = step } };
            await _stage.Jobs.Updates.Writer.WriteAsync(sent);
            Assert.True(await updates.MoveNextAsync().AsTask().WaitAsync(ControlStage.Ample));
            Assert.Equal(sent, updates.Current);
        }

        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await updates.MoveNextAsync());
        Assert.Equal("watch", await GivenUpAsync());
    }

    [Fact]
    public async Task Watch_EndsWell_WhenThereIsNoMore()
    {
        _stage.Jobs.Updates.Writer.Complete();
        await foreach (var update in _stage.Client().WatchAsync(CancellationToken.None))
        {
            Assert.Fail($"{update} came");
        }
    }

    [Fact]
    public async Task Watch_IsUnavailable_WhenTheServerCloses()
    {
        await using var updates = _stage.Client().WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        await _stage.Jobs.Updates.Writer.WriteAsync(new JobUpdate());
        Assert.True(await updates.MoveNextAsync());
        var next = updates.MoveNextAsync().AsTask();
        await _stage.Server.DisposeAsync();
        var error = await Assert.ThrowsAsync<ControlException>(() => next.WaitAsync(ControlStage.Ample));
        Assert.Equal(ControlStatus.Unavailable, error.Status);
    }

    [Fact]
    public async Task AwaitJob_BringsAssignmentsAsTheyCome()
    {
        await using var jobs = _stage.Client().AwaitJobAsync("ann", "ann/1", CancellationToken.None)
            .GetAsyncEnumerator();
        var next = jobs.MoveNextAsync();
        await _stage.Jobs.Assignments.Writer.WriteAsync(new JobAssignment { JobId = "job-7" });
        Assert.True(await next.AsTask().WaitAsync(ControlStage.Ample));
        Assert.Equal("job-7", jobs.Current.JobId);
    }

    [Fact]
    public async Task Deadline_EndsTheCallAtBothSides()
    {
        var options = new ControlClientOptions { LongCallBound = TimeSpan.FromMilliseconds(200) };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client(options: options).CheckpointAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.DeadlineExceeded, error.Status);
        Assert.Equal("checkpoint", await GivenUpAsync());
    }

    [Fact]
    public async Task Cancellation_EndsTheCallAtBothSides()
    {
        using var ending = new CancellationTokenSource();
        var call = _stage.Client().CheckpointAsync(ending.Token);
        var status = await _stage.Client().StatusAsync(CancellationToken.None);
        Assert.NotNull(status);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task LargeMessages_ComeThrough_UpToTheBoundOnly()
    {
        var options = new ControlServerOptions { MessageBytesMax = 4 << 20 };
        await using var stage = await ControlStage.StartAsync(options: options);
        var fits = new SubmitJobRequest { JobYaml = "x", RunDir = new string('x', 3 << 20) };
        Assert.Equal(fits.RunDir, (await stage.Client().SubmitAsync(fits, CancellationToken.None)).RunDir);
        var larger = new SubmitJobRequest { JobYaml = "x", RunDir = new string('x', 5 << 20) };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => stage.Client().SubmitAsync(larger, CancellationToken.None));
        Assert.Equal(ControlStatus.ResourceExhausted, error.Status);
    }

    [Fact]
    public async Task Reply_IsRefused_WhenItIsLargerThanTheClientTakes()
    {
        _stage.Jobs.Now = new JobStatus { Reason = new string('x', 5000) };
        var options = new ControlClientOptions { MessageBytesMax = 4000 };
        var error = await Assert.ThrowsAsync<ControlException>(
            () => _stage.Client(options: options).StatusAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.ResourceExhausted, error.Status);
    }

    [Fact]
    public async Task Client_SaysWhatToDo_WhenNobodyListens()
    {
        var address = _stage.Server.Address;
        await _stage.Server.DisposeAsync();
        using var client = new ControlClient(address, LinkSecurity.None, new(), TimeProvider.System);
        var error = await Assert.ThrowsAsync<ControlException>(() => client.StatusAsync(CancellationToken.None));
        Assert.Equal(ControlStatus.Unavailable, error.Status);
        Assert.Contains($"coordinator {address} cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<UserErrorException>(error);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("host:port")]
    [InlineData("a:1/path")]
    [InlineData("user@a:7100")]
    [InlineData("")]
    public void Client_RefusesAnAddress_ThatIsNone(string address)
    {
        var error = Assert.Throws<UserErrorException>(
            () => new ControlClient(address, LinkSecurity.None, new(), TimeProvider.System));
        Assert.Contains("give HOST:PORT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_SaysWhatToDo_WhenThePortIsInUse()
    {
        var taken = IPEndPoint.Parse(_stage.Server.Address);
        await using var second = new ControlServer(
            taken, null, LinkSecurity.None, _stage.Jobs, new(), _stage.Log, TimeProvider.System);
        var error = await Assert.ThrowsAsync<UserErrorException>(second.StartAsync);
        Assert.Contains($"cannot listen at {taken}", error.Message, StringComparison.Ordinal);
        Assert.Contains("--listen", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("", true, HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("", false, HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("ready", true, HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("ready", false, HealthCheckResponse.Types.ServingStatus.NotServing)]
    public async Task Health_TellsLiveFromReady(
        string service, bool isReady, HealthCheckResponse.Types.ServingStatus expected)
    {
        _stage.Jobs.IsReady = isReady;
        var reply = await _stage.Client().CallAsync(
            MethodNames.HealthCheck, new HealthCheckRequest { Service = service }, HealthCheckResponse.Parser,
            ControlStage.Ample, CancellationToken.None);
        Assert.Equal(expected, reply.Status);
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        var error = await Assert.ThrowsAsync<ControlException>(() => _stage.Client().CallAsync(
            "/distributed.v1.Cluster/Nothing", new GetStatusRequest(), JobStatus.Parser, ControlStage.Ample,
            CancellationToken.None));
        Assert.Equal(ControlStatus.Unimplemented, error.Status);
    }

    private async Task<string> GivenUpAsync() =>
        await _stage.Jobs.GivenUpSignal.Reader.ReadAsync().AsTask().WaitAsync(ControlStage.Ample);
}
