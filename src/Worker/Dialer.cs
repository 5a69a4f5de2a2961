using Distributed.Cluster.Links;

namespace Distributed.Worker;

/// <summary>Finds a worker's coordinator over the network, and finds it again each time it is lost.</summary>
/// <remarks>
/// <code>
///        asked              connected
///  Idle ──────▶ Dialing ──────────────▶ Idle      (failed ──▶ pause, twice as long each time ──▶ Dialing)
/// </code>
/// The link is its child, so links die with it. Pauses go from 100 ms to 500 ms, so that a coordinator that was started
/// anew has its workers back within a second. After 10 minutes without a link, and at once where trying again cannot
/// help, it says that there is no coordinator, <see cref="CoordinatorMissing"/>, and stops dialling.
/// </remarks>
public sealed class Dialer : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DiallingMax = TimeSpan.FromMinutes(10);

    private readonly IControlDialer _transport;
    private readonly string _address;
    private readonly LinkOptions _options;
    private readonly TimeProvider _clock;
    private IActorRef _asker = ActorRefs.Nobody;
    private TimeSpan _pause = PauseMin;
    private long _askedAt;

    public Dialer(IControlDialer transport, string address, LinkOptions options, TimeProvider clock)
    {
        (_transport, _address, _options, _clock) = (transport, address, options, clock);
        Become(Idle);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private void Idle() => Receive<FindCoordinator>(_ => BecomeDialing(Sender));

    private void Dialing()
    {
        Receive<Connected>(connected => BecomeIdle(connected.Connection));
        Receive<Failed>(OnFailed);
        Receive<Again>(_ => Dial());
    }

    private void BecomeDialing(IActorRef asker)
    {
        Become(Dialing);
        (_asker, _pause, _askedAt) = (asker, PauseMin, _clock.GetTimestamp());
        Dial();
    }

    private void Dial()
    {
        var self = Self;
        _transport.Connect(
            _address, connection => self.Tell(new Connected(connection)), failure => self.Tell(new Failed(failure)));
    }

    private void OnFailed(Failed failed)
    {
        if (failed.Failure.IsFinal)
        {
            Become(Idle);
            _asker.Tell(new CoordinatorMissing(failed.Reason));
            return;
        }

        if (_clock.GetElapsedTime(_askedAt) > DiallingMax)
        {
            Become(Idle);
            _asker.Tell(new CoordinatorMissing(
                $"no coordinator at {_address} for {DiallingMax.TotalMinutes:0} min: {failed.Reason}"));
            return;
        }

        Context.GetLogger().Debug("{0}: {1}; trying again in {2} s", _address, failed.Reason, _pause.TotalSeconds);
        Timers.StartSingleTimer(nameof(Again), new Again(), _pause);
        _pause = _pause * 2 < PauseMax ? _pause * 2 : PauseMax;
    }

    private void BecomeIdle(IControlConnection connection)
    {
        Become(Idle);
        var (asker, options, clock) = (_asker, _options, _clock);
        var link = Context.ActorOf(Props.Create(() => new LinkActor(connection, asker, options, clock)));
        asker.Tell(new CoordinatorFound(link));
    }

    private sealed record Connected(IControlConnection Connection);

    private sealed record Failed(DialFailure Failure)
    {
        internal string Reason => Failure.Reason;
    }

    private sealed record Again;
}
