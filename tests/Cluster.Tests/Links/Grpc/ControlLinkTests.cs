using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Records = Distributed.Cluster.Messages;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>A worker's stream, over real sockets.</summary>
public sealed class ControlLinkTests : IAsyncLifetime
{
    private ControlStage _stage = null!;

    public async Task InitializeAsync() => _stage = await ControlStage.StartAsync();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Messages_ArriveInOrderBothWays_OneCallbackAtATime()
    {
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage);
        for (var step = 0; step < 1000; step++)
        {
            worker.Connection.Send(new Records.Regroup(step, 1));
            coordinator.Connection.Send(new Records.Regroup(step, 2));
        }

        worker.Open();
        coordinator.Open();
        for (var step = 0; step < 1000; step++)
        {
            Assert.Equal(new Records.Regroup(step, 2), await worker.ReceiveAsync());
            Assert.Equal(new Records.Regroup(step, 1), await coordinator.ReceiveAsync());
        }

        Assert.Equal((1, 1), (worker.CallbacksAtOnceMax, coordinator.CallbacksAtOnceMax));
        Assert.False(worker.HasClosed || coordinator.HasClosed);
        Assert.StartsWith("ann (127.0.0.1:", coordinator.Connection.Peer, StringComparison.Ordinal);
        Assert.Equal(_stage.Server.Address, worker.Connection.Peer);
    }

    [Fact]
    public async Task Coordinator_HearsOfTheEnd_WhenTheWorkerCloses()
    {
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage);
        worker.Open();
        coordinator.Open();
        worker.Connection.Send(new Records.Leave());
        worker.Connection.Close();
        Assert.IsType<Records.Leave>(await coordinator.ReceiveAsync());
        Assert.NotEmpty(await coordinator.Closed);
        Assert.False(worker.HasClosed);
        worker.Connection.Send(new Records.Leave());
    }

    [Fact]
    public async Task Worker_HearsOfTheEnd_WhenTheCoordinatorCloses()
    {
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage);
        worker.Open();
        coordinator.Open();
        coordinator.Connection.Send(new Records.JobOver("done"));
        coordinator.Connection.Close();
        Assert.Equal(new Records.JobOver("done"), await worker.ReceiveAsync());
        Assert.NotEmpty(await worker.Closed);
        Assert.False(coordinator.HasClosed);
    }

    [Fact]
    public async Task Worker_HearsOfTheEnd_WhenTheServerIsDisposed()
    {
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage);
        worker.Open();
        coordinator.Open();
        await _stage.Server.DisposeAsync();
        Assert.NotEmpty(await worker.Closed);
    }

    [Fact]
    public async Task Coordinator_HearsOfTheEnd_WhenTheDialerIsDisposed()
    {
        var dialer = _stage.Dialer();
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage, dialer);
        worker.Open();
        coordinator.Open();
        await dialer.DisposeAsync();
        Assert.NotEmpty(await coordinator.Closed);
    }

    [Fact]
    public async Task End_IsTold_WhenItCameBeforeOpening()
    {
        var (worker, coordinator) = await LinkProbe.ConnectAsync(_stage);
        coordinator.Connection.Close();
        Assert.NotEmpty(await worker.Open().Closed);
    }

    [Fact]
    public async Task Link_ClosesWithTheReason_WhenTheOtherSideDoesNotRead()
    {
        var bounds = new LinkQueueBounds(MessagesMax: 64, BytesMax: 64 << 20);
        await using var stage = await ControlStage.StartAsync(options: new ControlServerOptions { Queue = bounds });
        var (_, coordinator) = await LinkProbe.ConnectAsync(stage);
        coordinator.Open();
        var large = new Records.JobOver(new string('x', 1 << 20));
        for (var i = 0; i < 1000 && !coordinator.HasClosed; i++)
        {
            coordinator.Connection.Send(large);
        }

        Assert.Contains("does not read", await coordinator.Closed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_Closes_WhenAMessageIsLargerThanTheBound()
    {
        var options = new ControlServerOptions { MessageBytesMax = 1000 };
        await using var stage = await ControlStage.StartAsync(options: options);
        var (worker, coordinator) = await LinkProbe.ConnectAsync(stage);
        worker.Open();
        coordinator.Open();
        worker.Connection.Send(new Records.JobOver(new string('x', 2000)));
        Assert.Contains("1000 are the limit", await coordinator.Closed, StringComparison.Ordinal);
        Assert.Contains("1000 are the limit", await worker.Closed, StringComparison.Ordinal);
        Assert.Contains(stage.Log.Lines, line => line.Event == 4102);
    }

    [Theory]
    [InlineData(ClusterVersion.Protocol + 1, null, "job-1", "protocol version 2", "version 1")]
    [InlineData(ClusterVersion.Protocol, "0123456789abcdef", "job-1", "build 0123456789abcdef", "has build ")]
    [InlineData(ClusterVersion.Protocol, null, "job-0", "job job-0", "job job-1")]
    public async Task Hello_IsRefusedNamingBoth_WhenTheyDiffer(
        int protocol, string? build, string job, string seen, string needed)
    {
        _stage.Server.Listen(_ => { });
        using var call = await _stage.Client().StartAsync(MethodNames.Link, null, CancellationToken.None);
        var hello = new Hello
        {
            ProtocolVersion = protocol,
            KernelsBuild = build ?? ClusterVersion.KernelsBuild,
            Name = "ann",
            JobId = job,
        };
        await call.WriteAsync(new LinkMessage { Hello = hello });
        var error = await Assert.ThrowsAsync<ControlException>(
            async () => await call.ReadAsync(LinkMessage.Parser, CancellationToken.None));
        Assert.Equal(ControlStatus.FailedPrecondition, error.Status);
        Assert.Contains(seen, error.Message, StringComparison.Ordinal);
        Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        Assert.True(error.IsFinal);
    }

    [Fact]
    public async Task Dialler_IsToldToStop_WhenTheJobIsAnother()
    {
        _stage.Server.Listen(_ => { });
        var failure = await LinkProbe.FailAsync(_stage.Dialer("job-0"), _stage.Server.Address);
        Assert.True(failure.IsFinal);
        Assert.Contains("job-0", failure.Reason, StringComparison.Ordinal);
        Assert.Contains("job-1", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dialler_MayTryAgain_WhenThereIsNoJobOrNobody()
    {
        Assert.False((await LinkProbe.FailAsync(_stage.Dialer(), _stage.Server.Address)).IsFinal);
        _stage.Server.Listen(_ => { });
        _stage.Jobs.CurrentJobId = null;
        Assert.False((await LinkProbe.FailAsync(_stage.Dialer(), _stage.Server.Address)).IsFinal);
        await _stage.Server.DisposeAsync();
        Assert.False((await LinkProbe.FailAsync(_stage.Dialer(), _stage.Server.Address)).IsFinal);
    }

    [Fact]
    public async Task FirstMessage_MustBeHello()
    {
        using var call = await _stage.Client().StartAsync(MethodNames.Link, null, CancellationToken.None);
        await call.WriteAsync(new LinkMessage { Leave = new Leave() });
        var error = await Assert.ThrowsAsync<ControlException>(
            async () => await call.ReadAsync(LinkMessage.Parser, CancellationToken.None));
        Assert.Equal(ControlStatus.InvalidArgument, error.Status);
        Assert.Contains("Hello", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_IsEnded_WhenNoHelloComes()
    {
        var options = new ControlServerOptions { OpeningBound = TimeSpan.FromMilliseconds(200) };
        await using var stage = await ControlStage.StartAsync(options: options);
        using var call = await stage.Client().StartAsync(MethodNames.Link, null, CancellationToken.None);
        var error = await Assert.ThrowsAsync<ControlException>(
            async () => await call.ReadAsync(LinkMessage.Parser, CancellationToken.None));
        Assert.Equal(ControlStatus.DeadlineExceeded, error.Status);
    }

    [Fact]
    public async Task AwaitJob_IsRefusedNamingBoth_WhenTheBuildIsAnother()
    {
        var request = new AwaitJobRequest { ProtocolVersion = ClusterVersion.Protocol, KernelsBuild = "other" };
        await using var jobs = _stage.Client()
            .StreamAsync(MethodNames.AwaitJob, request, JobAssignment.Parser, CancellationToken.None)
            .GetAsyncEnumerator();
        var error = await Assert.ThrowsAsync<ControlException>(async () => await jobs.MoveNextAsync());
        Assert.Equal(ControlStatus.FailedPrecondition, error.Status);
        Assert.Contains("build other", error.Message, StringComparison.Ordinal);
        Assert.Contains(ClusterVersion.KernelsBuild, error.Message, StringComparison.Ordinal);
    }
}
