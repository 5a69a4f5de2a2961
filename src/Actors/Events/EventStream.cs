using System.Collections.Immutable;

namespace Distributed.Actors;

/// <summary>Publishes events to the actors that subscribed to their type, a base class or an interface of it.</summary>
/// <remarks>Nothing is replayed; a subscriber that has stopped is forgotten. May be used from any thread.</remarks>
#pragma warning disable CA1711 // the mirrored name
public sealed class EventStream
#pragma warning restore CA1711
{
    private ImmutableArray<(IActorRef Subscriber, Type Type)> _subscriptions = [];

    internal EventStream()
    {
    }

    /// <summary>False when the actor has subscribed to this type already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        subscriber = (subscriber as IActorRefAlias)?.Target ?? subscriber;
        return ImmutableInterlocked.Update(
            ref _subscriptions, (all, one) => all.Contains(one) ? all : all.Add(one), (subscriber, channel));
    }

    /// <summary>False when the actor had not subscribed to this type.</summary>
    public bool Unsubscribe(IActorRef subscriber, Type channel) =>
        ImmutableInterlocked.Update(ref _subscriptions, (all, one) => all.Remove(one), (subscriber, channel));

    /// <summary>False when the actor had not subscribed to anything.</summary>
    public bool Unsubscribe(IActorRef subscriber) => ImmutableInterlocked.Update(
        ref _subscriptions, (all, one) => all.RemoveAll(each => each.Subscriber.Equals(one)), subscriber);

    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        foreach (var (subscriber, type) in _subscriptions)
        {
            if (!type.IsInstanceOfType(@event))
            {
                continue;
            }

            if (subscriber is InternalActorRef { IsTerminated: true })
            {
                Unsubscribe(subscriber);
            }
            else
            {
                subscriber.Tell(@event, ActorRefs.NoSender);
            }
        }
    }
}

public static class EventStreamExtensions
{
    public static bool Subscribe<T>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Subscribe(subscriber, typeof(T));

    public static bool Unsubscribe<T>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Unsubscribe(subscriber, typeof(T));
}
