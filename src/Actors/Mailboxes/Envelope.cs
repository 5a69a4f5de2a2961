using System.Runtime.InteropServices;

namespace Distributed.Actors;

/// <summary>A message with its sender, as it lies in a mailbox or a stash.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Envelope(object message, IActorRef sender) : IEquatable<Envelope>
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public static bool operator ==(Envelope left, Envelope right) => left.Equals(right);

    public static bool operator !=(Envelope left, Envelope right) => !left.Equals(right);

    public bool Equals(Envelope other) => Equals(Message, other.Message) && Equals(Sender, other.Sender);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Envelope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Message, Sender);
}
