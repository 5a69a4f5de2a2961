using System.Net;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Engine.Memory;
using Distributed.Hosting.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>
/// Goal: instruments say what happened. Method: a job of hand-made events, and listeners as exporters use.
/// </summary>
public sealed class InstrumentTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("distributed.steps", "2", "1")]
    [InlineData("distributed.samples", "8", "4")]
    [InlineData("distributed.step.duration", "0.25", "0.25")]
    [InlineData("distributed.train.loss", "1", "1")]
    [InlineData("distributed.train.accuracy", "0.625", "1")]
    [InlineData("distributed.worker.compute", "0.3 a", "0.2 b")]
    [InlineData("distributed.worker.wait", "0.1 a", "0.2 b")]
    [InlineData("distributed.epochs", "1")]
    [InlineData("distributed.epoch.loss", "0.5 train", "0.625 test")]
    [InlineData("distributed.epoch.accuracy", "0.75 train", "0.875 test")]
    [InlineData("distributed.workers", "2", "1")]
    [InlineData("distributed.generation", "1", "2")]
    [InlineData("distributed.regrouping.duration", "0.5", "0.25")]
    [InlineData("distributed.recoveries", "1")]
    [InlineData("distributed.recovery.duration", "0.75")]
    [InlineData("distributed.worker.joins", "1")]
    [InlineData("distributed.worker.leaves", "1")]
    [InlineData("distributed.worker.losses", "1 silent")]
    [InlineData("distributed.worker.troubles", "1 data_link")]
    [InlineData("distributed.rollbacks", "1")]
    [InlineData("distributed.rollback.steps", "3")]
    [InlineData("distributed.checkpoints", "1")]
    [InlineData("distributed.checkpoint.failures", "1")]
    [InlineData("distributed.checkpoint.duration", "3")]
    [InlineData("distributed.checkpoint.step", "2")]
    [InlineData("distributed.jobs", "1 failed")]
    public void Coordinator_Measures(string instrument, params string[] expected)
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        SampleJob.Lead(source, new MovedClock());
        Assert.Equal(expected, recorder.Of(instrument));
        Assert.All(recorder.Measured, measured => Assert.Contains(
            measured.Tags, tag => tag is { Key: TagNames.Job, Value: SampleJob.Id }));
    }

    [Fact]
    public void Coordinator_MeasuresNoAccuracy_OfARegression()
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        SampleJob.Lead(source, new MovedClock(), countsHits: false);
        Assert.Empty(recorder.Of("distributed.train.accuracy"));
        Assert.Empty(recorder.Of("distributed.epoch.accuracy"));
        Assert.Equal(["0.5 train", "0.625 test"], recorder.Of("distributed.epoch.loss"));
    }

    [Theory]
    [InlineData("distributed.lease.steps", "2")]
    [InlineData("distributed.lease.samples", "5")]
    [InlineData("distributed.lease.compute", "0.3")]
    [InlineData("distributed.lease.wait", "0.2")]
    [InlineData("distributed.lease.failures", "1 other")]
    [InlineData("distributed.lease.generation", "3")]
    [InlineData("distributed.control_link.connected", "1", "0", "1", "0")]
    [InlineData("distributed.control_link.losses", "1")]
    public void Worker_Measures(string instrument, params string[] expected)
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        SampleJob.TakePart(source, new MovedClock());
        Assert.Equal(expected, recorder.Of(instrument));
    }

    [Theory]
    [InlineData("nothing came for 5 s", "silent")]
    [InlineData("did not answer a plan", "silent")]
    [InlineData("joined again over another link", "replaced")]
    [InlineData("did not form: no hello from worker-1", "late")]
    [InlineData("data link to worker-1 lost: closed", "data_link")]
    [InlineData("its link is gone", "closed")]
    public void Class_IsOneOfAFewWords(string cause, string expected) =>
        Assert.Equal(expected, MembershipInstruments.Class(cause));

    [Fact]
    public async Task DataLink_CountsFramesAndBytes_OnBothSides()
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        using var from = Link();
        using var to = Link();
        var receiver = new Receiver();
        to.Open(receiver);
        LinkInstruments.Add(source.Meter, from.Traffic);
        var header = new FrameHeader(FrameKind.Weights, 1, 0, 0, 0, 0, 0, 0);
        var floats = new AlignedBuffer(10);
        from.Send(to.Address, header with { Count = 10 }, floats);
        from.Send(to.Address, header);
        await receiver.Two.Task.WaitAsync(Ample);

        var bytes = (2 * (64 + 4)) + (10 * 4);
        Assert.Equal((2, bytes), (to.Traffic.FramesReceived, to.Traffic.BytesReceived));
        recorder.Collect();
        Assert.Equal(["2 transmit", "0 receive"], recorder.Of("distributed.data_link.frames"));
        Assert.Equal([$"{bytes} transmit", "0 receive"], recorder.Of("distributed.data_link.io"));
        Assert.Equal(["0"], recorder.Of("distributed.data_link.losses"));

        to.Dispose();
        var lost = new Receiver();
        from.Open(lost);
        from.Send(to.Address, header with { Generation = 2 });
        await lost.Lost.Task.WaitAsync(Ample);
        Assert.True(from.Traffic.LinksLost >= 1);
    }

    private static TcpDataLink Link() => new(
        new IPEndPoint(IPAddress.Loopback, 0), null,
        new LinkSecurity { Token = ClusterToken.Parse("a token of some length", "test") }, new TcpDataLinkOptions(),
        NullLogger.Instance, TimeProvider.System);

    private sealed class Receiver : IDataReceiver
    {
        private int _frames;

        internal TaskCompletionSource Two { get; } = new();

        internal TaskCompletionSource Lost { get; } = new();

        public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
        {
            if (Interlocked.Increment(ref _frames) == 2)
            {
                Two.TrySetResult();
            }
        }

        public void OnPeerLost(string address, string reason) => Lost.TrySetResult();
    }
}
