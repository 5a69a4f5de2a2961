using System.Collections.Concurrent;

namespace Distributed.Actors;

/// <summary>
/// The two queues of one actor, and the flag that keeps it on at most one thread at a time. System messages
/// overtake user messages.
/// </summary>
// Note [Scheduled flag]: whoever queues a message then looks at the flag; whoever ends a slice clears the flag
// then looks at the queues. A full fence between the two steps on both sides makes sure that at least one of
// them sees the other, so no message is left behind with nobody scheduled.
internal sealed class Mailbox(ActorCell cell, IDispatcher dispatcher, MailboxBound? bound) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Envelope> _user = new();
    private readonly ConcurrentQueue<SystemMessage> _system = new();
    private Stack<Envelope>? _front;
    private IDispatcher _dispatcher = dispatcher;
    private int _waitingCount;
    private int _isScheduled;

    internal bool HasSystemMessage => !_system.IsEmpty;

    internal bool HasUserMessage => _front is { Count: > 0 } || !_user.IsEmpty;

    internal int SliceMessagesMax => _dispatcher.SliceMessagesMax;

    /// <summary>Queues a user message, within the bound.</summary>
    internal void Post(in Envelope envelope)
    {
        if (bound is not null && !MakeRoom(envelope))
        {
            return;
        }

        _user.Enqueue(envelope);
        ScheduleIfIdle();
    }

    /// <summary>Queues news of the kernel's own in the user queue; a bound never drops it.</summary>
    internal void PostUnbounded(in Envelope envelope)
    {
        if (bound is not null)
        {
            Interlocked.Increment(ref _waitingCount);
        }

        _user.Enqueue(envelope);
        ScheduleIfIdle();
    }

    internal void PostSystem(SystemMessage message)
    {
        _system.Enqueue(message);
        ScheduleIfIdle();
    }

    /// <summary>Puts a message before all others; only within the owner's slice.</summary>
    internal void PushFront(in Envelope envelope) => (_front ??= new Stack<Envelope>()).Push(envelope);

    internal bool TryTake(out Envelope envelope)
    {
        if (_front is { Count: > 0 })
        {
            envelope = _front.Pop();
            return true;
        }
        if (!_user.TryDequeue(out envelope))
        {
            return false;
        }

        if (bound is not null)
        {
            Interlocked.Decrement(ref _waitingCount);
        }

        return true;
    }

    internal bool TryTakeSystem([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SystemMessage? message) =>
        _system.TryDequeue(out message);

    /// <summary>Leaves a dispatcher of the actor's own for the system's, once the actor is dead.</summary>
    internal void MoveTo(IDispatcher next)
    {
        var own = Interlocked.Exchange(ref _dispatcher, next);
        if (!ReferenceEquals(own, next))
        {
            (own as IDisposable)?.Dispose();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        cell.RunSlice();
        Interlocked.Exchange(ref _isScheduled, 0);
        if (HasSystemMessage || (cell.TakesUserMessages && HasUserMessage))
        {
            ScheduleIfIdle();
        }
    }

    private void ScheduleIfIdle()
    {
        Interlocked.MemoryBarrier(); // Note [Scheduled flag]
        if (_isScheduled == 0 && Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0)
        {
            Volatile.Read(ref _dispatcher).Schedule(this);
        }
    }

    private bool MakeRoom(in Envelope envelope)
    {
        if (Interlocked.Increment(ref _waitingCount) <= bound!.MessagesMax)
        {
            return true;
        }

        var dropped = envelope;
        var hasRoom = bound.WhenFull == WhenFull.DropOldest && _user.TryDequeue(out dropped);
        Interlocked.Decrement(ref _waitingCount);
        if (!hasRoom)
        {
            dropped = envelope;
        }

        var reason = $"mailbox of {cell.Self.Path} is full at {bound.MessagesMax} messages ({bound.WhenFull})";
        cell.LocalSystem.EventStream.Publish(new Dropped(dropped.Message, reason, dropped.Sender, cell.Self));
        return hasRoom;
    }
}
