using System.Runtime.InteropServices;

namespace Distributed.Actors;

/// <summary>A message with its sender, as it lies in a mailbox or a stash.</summary>
#pragma warning disable CA1815 // the mirrored type has no equality of its own
[StructLayout(LayoutKind.Auto)]
public readonly struct Envelope(object message, IActorRef sender)
#pragma warning restore CA1815
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;
}
