using System.Collections.Immutable;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Hosting.Telemetry;

namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>A small job whose events and messages are given by hand; everything happens in it once at least.</summary>
internal static class SampleJob
{
    internal const string Id = "job-7";

    private static readonly StepTotals[] TwoSteps = [new(6, 2, 4), new(2, 3, 4)];

    /// <summary>As a coordinator's process sees it: 9 seconds.</summary>
    internal static void Lead(TelemetrySource source, MovedClock clock, bool countsHits = true)
    {
        var instruments = new CoordinatorInstruments(source.Meter);
        using var telemetry = new JobTelemetry(source, instruments, Id, "mlp:8", countsHits, clock);
        telemetry.Observe(new JobStarted(2, 20, 10, 2, 0));
        telemetry.Observe(new WorkerJoined("a", "127.0.0.1:1"));
        clock.Move(1);
        telemetry.Observe(new MembersChanged(1, ["a", "b"], 0, "2 workers are here", Seconds(0.5)));
        clock.Move(1);
        telemetry.Observe(new StepsCommitted(
            0, TwoSteps, Seconds(0.5), [new(Seconds(0.3), Seconds(0.1), 4), new(Seconds(0.2), Seconds(0.2), 4)])
        {
            Shares = [new("a", 0, 1), new("b", 1, 1)],
        });
        clock.Move(2);
        telemetry.Observe(new EpochCompleted(1, 2, 0.5, countsHits ? 0.75 : null, 0.625, countsHits ? 0.875 : null));
        Save(telemetry, clock);
        telemetry.Observe(new WorkerLost("b", "training step 3", 2, "nothing came for 5 s"));
        telemetry.Observe(new WorkerTroubled("a", "training step 3", 2, "data link to b lost: closed"));
        telemetry.Observe(new JobRolledBack(5, 2, "nobody holds step 5"));
        clock.Move(1);
        telemetry.Observe(new MembersChanged(2, ["a"], 2, "b is gone", Seconds(0.25)));
        telemetry.Observe(new StepsCommitted(2, [new(4, 4, 4)], TimeSpan.Zero, []));
        telemetry.Observe(new Recovered(2, 3, "b: nothing came for 5 s", Seconds(0.75)));
        telemetry.Observe(new WorkerLeft("a", 3));
        clock.Move(1);
        telemetry.Observe(new JobFailed(3, "everyone has left", null));
    }

    /// <summary>As a worker's process sees it.</summary>
    internal static void TakePart(TelemetrySource source, MovedClock clock)
    {
        using var telemetry = new WorkerJobTelemetry(source, new WorkerInstruments(source.Meter), Id, "a", clock);
        var network = new ScriptedDialer();
        var dialer = new MeasuredDialer(network, telemetry);
        var received = new List<object>();
        IControlConnection? link = null;
        dialer.Connect("somewhere", connection => link = connection, _ => { });
        link!.Open(received.Add, reason => received.Add(reason));
        network.Receive(FormOf(3));
        clock.Move(2);
        link.Send(new TrainDone(3, 1, 4, TwoSteps, new WorkTiming(Seconds(0.3), Seconds(0.2), 5), null));
        link.Send(new WorkFailed(3, 1, "training step 7", "the others stopped", Own: false));
        network.Receive(new Regroup(4, 6));
        network.End("closed by the other side");
        dialer.Connect("somewhere", connection => link = connection, _ => { });
        link.Close();
        Assert.Equal(3, received.Count);
        Assert.Equal(2, network.Sent.Count);
    }

    private static void Save(JobTelemetry telemetry, MovedClock clock)
    {
        var saving = new TaskCompletionSource();
        telemetry.OnSaving(2, saving.Task);
        clock.Move(3);
        saving.SetResult();
        telemetry.Observe(new CheckpointSaved(2, "somewhere"));
        telemetry.OnSaving(2, Task.FromException(new IOException("the disk is full")));
        telemetry.Observe(new CheckpointFailed(2, "the disk is full"));
    }

    private static Form FormOf(long generation) => new(
        generation, 1, ["127.0.0.1:1", "127.0.0.1:2"], JobCursor.Start, StartFrom.Seed, 4, 1,
        ImmutableArray<Transfer>.Empty, ImmutableArray<Transfer>.Empty, []);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>A network with one link at a time, which does what the test says.</summary>
    private sealed class ScriptedDialer : IControlDialer, IControlConnection
    {
        private Action<object> _received = _ => { };
        private Action<string> _closed = _ => { };

        internal List<object> Sent { get; } = [];

        public string Peer => "somewhere";

        public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed) =>
            connected(this);

        public void Open(Action<object> received, Action<string> closed) => (_received, _closed) = (received, closed);

        public void Send(object message) => Sent.Add(message);

        public void Close()
        {
        }

        internal void Receive(object message) => _received(message);

        internal void End(string reason) => _closed(reason);
    }
}
