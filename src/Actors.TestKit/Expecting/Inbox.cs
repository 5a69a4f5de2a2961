namespace Distributed.Actors.TestKit;

/// <summary>The messages a probe has received and its test has not yet looked at.</summary>
internal sealed class Inbox(SliceCounter counter)
{
    private readonly Lock _lock = new();
    private readonly Queue<Envelope> _envelopes = new();

    internal Func<object, bool>? Ignores { get; set; }

    internal AutoPilot? Pilot { get; set; }

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _envelopes.Count;
            }
        }
    }

    internal void Put(Envelope envelope)
    {
        if (Ignores?.Invoke(envelope.Message) == true)
        {
            return;
        }

        lock (_lock)
        {
            _envelopes.Enqueue(envelope);
        }

        counter.NoteChange();
    }

    internal bool TryTake(out Envelope envelope)
    {
        lock (_lock)
        {
            return _envelopes.TryDequeue(out envelope);
        }
    }
}

/// <summary>The actor behind a probe.</summary>
internal sealed class TestActor(Inbox inbox) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartWatching watch: Context.Watch(watch.Subject); break;
            case StopWatching watch: Context.Unwatch(watch.Subject); break;
            default:
                if (inbox.Pilot is { } pilot)
                {
                    inbox.Pilot = pilot.Run(Sender, message).Next(pilot);
                }

                inbox.Put(new Envelope(message, Sender));
                break;
        }
    }

    internal sealed record StartWatching(IActorRef Subject);

    internal sealed record StopWatching(IActorRef Subject);
}
