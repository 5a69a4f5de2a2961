namespace Distributed.Cluster.Links;

/// <summary>
/// Stands for the other side of a control link: what it is told goes over the link, what comes over the link it tells
/// its target, and it stops when the link closes, which whoever watches it learns. Before that it tells its target why
/// (<see cref="LinkClosed"/>).
/// </summary>
/// <remarks>
/// Both sides send a sign of life every so often and give the link up after a longer silence, so a peer that is
/// frozen or cut off is noticed within a bound even though nothing closes.
/// </remarks>
public sealed class LinkActor : ReceiveActor, IWithTimers
{
    private readonly IControlConnection _connection;
    private readonly IActorRef _target;
    private readonly LinkOptions _options;
    private readonly TimeProvider _clock;
    private long _heardAt;

    public LinkActor(IControlConnection connection, IActorRef target, LinkOptions options, TimeProvider clock)
    {
        (_connection, _target, _options, _clock) = (connection, target, options, clock);
        Receive<Inbound>(OnInbound);
        Receive<Closed>(closed => GiveUp(closed.Reason));
        Receive<Tick>(_ => OnTick());
        ReceiveAny(_connection.Send);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _heardAt = _clock.GetTimestamp();
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _options.SignEvery);
        var self = Self;
        _connection.Open(message => self.Tell(new Inbound(message)), reason => self.Tell(new Closed(reason)));
    }

    protected override void PostStop() => _connection.Close();

    private void OnInbound(Inbound inbound)
    {
        _heardAt = _clock.GetTimestamp();
        if (inbound.Message is not SignOfLife)
        {
            _target.Tell(inbound.Message, Self);
        }
    }

    private void OnTick()
    {
        if (_clock.GetElapsedTime(_heardAt) > _options.SilenceMax)
        {
            GiveUp($"nothing came for {_options.SilenceMax.TotalSeconds:0.#} s");
            return;
        }

        _connection.Send(SignOfLife.Instance);
    }

    private void GiveUp(string reason)
    {
        Context.GetLogger().Info("link to {0} closed: {1}", _connection.Peer, reason);
        _target.Tell(new LinkClosed(reason), Self);
        Context.Stop(Self);
    }

    private sealed record Inbound(object Message);

    private sealed record Closed(string Reason);

    private sealed record Tick
    {
        internal static readonly Tick Instance = new();
    }
}

/// <summary>To a link's target, as the last word from it: why it has closed. Never sent over a link.</summary>
public sealed record LinkClosed(string Reason);

/// <summary>Either way: the sender is alive.</summary>
public sealed record SignOfLife
{
    public static readonly SignOfLife Instance = new();
}

/// <summary>How a control link notices silence.</summary>
public sealed record LinkOptions
{
    /// <summary>Between two signs of life; default 0.5 s.</summary>
    public TimeSpan SignEvery { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest silence before the link is given up; default 2.5 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(2.5);
}
