namespace Distributed.Actors;

/// <content>User messages, behaviours and the receive timeout.</content>
internal sealed partial class ActorCell
{
    private ITimer? _receiveTimer;
    private long _lastMessageAt;

    public TimeSpan? ReceiveTimeout { get; private set; }

    /// <summary>Tells the current message from all others this cell has handled.</summary>
    internal long MessageSerial { get; private set; }

    /// <summary>Whether a user message would be handled now. Racy when read from outside the slice.</summary>
    internal bool TakesUserMessages => _phase == Phase.Dead || (_phase == Phase.Running && _suspendCount == 0);

    public void Become(Receive receive)
    {
        if (_behaviors.Count > 0)
        {
            _behaviors.Pop();
        }

        _behaviors.Push(receive);
    }

    public void BecomeStacked(Receive receive)
    {
        // In a constructor nothing lies below yet; the actor's own behaviour is what unbecoming comes back to.
        if (_behaviors.Count == 0 && _actor is { } actor)
        {
            _behaviors.Push(actor.Receive);
        }

        _behaviors.Push(receive);
    }

    public void UnbecomeStacked()
    {
        if (_behaviors.Count > 1)
        {
            _behaviors.Pop();
        }
    }

    public void Become(UntypedReceive receive) => Become(Typed(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Typed(receive));

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } limit && limit <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(timeout), timeout, $"receive timeout {limit} is out of range: choose more than 0");
        }
        ReceiveTimeout = timeout;
        _receiveTimer?.Dispose();
        _receiveTimer = null;
        if (timeout is { } silence)
        {
            ArmReceiveTimeout(silence);
        }
    }

    private static Receive Typed(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void RunUserMessages(int messagesMax)
    {
        for (var left = messagesMax; left > 0 && TakesUserMessages && Mailbox.TryTake(out var envelope); left--)
        {
            if (_phase == Phase.Dead)
            {
                LocalSystem.DeadLetterBox.Publish(envelope.Message, envelope.Sender, Self);
            }
            else
            {
                Invoke(envelope);
            }

            if (Mailbox.HasSystemMessage)
            {
                RunSystemMessages();
            }
        }
    }

    private void Invoke(in Envelope envelope)
    {
        _envelope = envelope;
        MessageSerial++;
        try
        {
            if (envelope.Message is IAutoReceived special)
            {
                AutoReceive(special);
            }
            else
            {
                ReceiveMessage(envelope.Message);
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
        if (!_isAsyncPending)
        {
            EndMessage();
        }
    }

    private void EndMessage()
    {
        if (ReceiveTimeout is not null && _envelope.Message is not (INotInfluenceReceiveTimeout or ReceiveTimeoutTick))
        {
            _lastMessageAt = LocalSystem.TimeProvider.GetTimestamp();
        }

        _envelope = default;
    }

    private void ReceiveMessage(object message) => _actor!.AroundReceive(_behaviors.Peek(), message);

    private void AutoReceive(IAutoReceived special)
    {
        switch (special)
        {
            case TimerTick tick: OnTimerTick(tick); break;
            case ReceiveTimeoutTick tick: OnReceiveTimeoutTick(tick); break;
            case Terminated terminated: OnTerminated(terminated); break;
            case PoisonPill: Stop(Self); break;
            case Kill: throw new ActorKilledException($"{Self.Path}: killed by {Sender.Path}");
            case Identify identify: Sender.Tell(new ActorIdentity(identify.MessageId, Self), Self); break;
            default: ReceiveMessage(special); break;
        }
    }

    private void OnTimerTick(TimerTick tick)
    {
        // Checked here and not when the tick fires: between the two it may have been cancelled or replaced.
        if (_timers is null || !_timers.Takes(tick))
        {
            return;
        }

        _envelope = new Envelope(tick.Message, _envelope.Sender);
        if (tick.Message is IAutoReceived special)
        {
            AutoReceive(special);
        }
        else
        {
            ReceiveMessage(tick.Message);
        }
    }

    /// <summary>
    /// The timer is not moved for every message, which would cost more than the message: when it fires, the time
    /// since the last message decides between delivering the timeout and waiting for the rest of it.
    /// </summary>
    private void OnReceiveTimeoutTick(ReceiveTimeoutTick tick)
    {
        if (ReceiveTimeout is not { } timeout || !ReferenceEquals(tick.Timer, _receiveTimer))
        {
            return;
        }

        var silence = LocalSystem.TimeProvider.GetElapsedTime(_lastMessageAt);
        if (silence < timeout)
        {
            tick.Timer.Change(AtLeastOneMillisecond(timeout - silence), Timeout.InfiniteTimeSpan);
            return;
        }
        _lastMessageAt = LocalSystem.TimeProvider.GetTimestamp();
        tick.Timer.Change(timeout, Timeout.InfiniteTimeSpan);
        _envelope = new Envelope(Actors.ReceiveTimeout.Instance, LocalSystem.DeadLetters);
        ReceiveMessage(Actors.ReceiveTimeout.Instance);
    }

    private void ArmReceiveTimeout(TimeSpan timeout)
    {
        _lastMessageAt = LocalSystem.TimeProvider.GetTimestamp();
        var tick = new ReceiveTimeoutTick();
        var fire = new Envelope(tick, LocalSystem.DeadLetters);
        tick.Timer = LocalSystem.TimeProvider.CreateTimer(
            _ => Mailbox.PostUnbounded(fire), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _receiveTimer = tick.Timer;
        tick.Timer.Change(AtLeastOneMillisecond(timeout), Timeout.InfiniteTimeSpan);
    }

    // System timers count whole milliseconds and round down, which would spin through the last fraction of one.
    private static TimeSpan AtLeastOneMillisecond(TimeSpan time) =>
        time < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : time;
}

/// <summary>A receive timeout's timer has fired.</summary>
internal sealed class ReceiveTimeoutTick : IAutoReceived
{
    internal ITimer Timer { get; set; } = null!;
}
