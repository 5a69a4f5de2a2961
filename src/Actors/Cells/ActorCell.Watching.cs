namespace Distributed.Actors;

/// <content>Death watch, from both ends.</content>
internal sealed partial class ActorCell
{
    private readonly HashSet<InternalActorRef> _watchers = [];
    // The value is the message to deliver instead of Terminated, if any.
    private readonly Dictionary<InternalActorRef, object?> _watching = [];
    private readonly Dictionary<InternalActorRef, object?> _deathsQueued = [];

    public IActorRef Watch(IActorRef subject) => StartWatching(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return StartWatching(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        var target = InternalActorRef.From(subject, "unwatch");
        if (_watching.Remove(target))
        {
            target.SendSystem(new Unwatch(SelfRef));
        }

        _deathsQueued.Remove(target);
        return subject;
    }

    /// <summary>Puts a stashed message back before all others; a Terminated counts as undelivered again.</summary>
    internal void PutBack(in Envelope envelope)
    {
        if (envelope.Message is Terminated terminated)
        {
            _deathsQueued[(InternalActorRef)terminated.ActorRef] = null;
        }

        Mailbox.PushFront(envelope);
    }

    private IActorRef StartWatching(IActorRef subject, object? message)
    {
        var target = InternalActorRef.From(subject, "watch");
        if (ReferenceEquals(target, SelfRef))
        {
            return subject;
        }

        if (!_watching.TryGetValue(target, out var earlier))
        {
            _watching.Add(target, message);
            target.SendSystem(new Watch(SelfRef));
        }
        else if (!Equals(earlier, message))
        {
            throw new InvalidOperationException(
                $"{Self.Path} watches {subject.Path} with {earlier ?? "Terminated"} already; unwatch it first");
        }
        return subject;
    }

    private void OnWatch(InternalActorRef watcher) => _watchers.Add(watcher);

    private void OnUnwatch(InternalActorRef watcher) => _watchers.Remove(watcher);

    private void OnDeathNotice(InternalActorRef actor)
    {
        if (!_watching.Remove(actor, out var message))
        {
            return;
        }

        _deathsQueued[actor] = message;
        Mailbox.PostUnbounded(new Envelope(new Terminated(actor, true, false), actor));
    }

    private void OnTerminated(Terminated terminated)
    {
        if (!_deathsQueued.Remove((InternalActorRef)terminated.ActorRef, out var message))
        {
            return;
        }

        if (message is not null)
        {
            _envelope = new Envelope(message, _envelope.Sender);
        }

        ReceiveMessage(message ?? terminated);
    }

    private void TellWatchers()
    {
        foreach (var watcher in _watchers)
        {
            watcher.SendSystem(new DeathNotice(SelfRef));
        }

        _watchers.Clear();
    }

    private void UnwatchAll()
    {
        foreach (var subject in _watching.Keys)
        {
            subject.SendSystem(new Unwatch(SelfRef));
        }

        _watching.Clear();
        _deathsQueued.Clear();
    }
}
