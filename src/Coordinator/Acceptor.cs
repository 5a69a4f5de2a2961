using Distributed.Cluster.Links;

namespace Distributed.Coordinator;

/// <summary>Takes control links that workers open, and lets an actor stand for each worker behind its link.</summary>
public sealed class Acceptor : ReceiveActor
{
    private readonly IControlListener _listener;

    /// <param name="listener">Where links come in.</param>
    /// <param name="coordinator">Who is told what comes over them.</param>
    /// <param name="options">How silence is noticed.</param>
    /// <param name="clock">For silence.</param>
    public Acceptor(IControlListener listener, IActorRef coordinator, LinkOptions options, TimeProvider clock)
    {
        _listener = listener;
        Receive<Accepted>(accepted => Context.ActorOf(
            Props.Create(() => new LinkActor(accepted.Connection, coordinator, options, clock))));
    }

    protected override void PreStart()
    {
        var self = Self;
        _listener.Listen(connection => self.Tell(new Accepted(connection)));
    }

    private sealed record Accepted(IControlConnection Connection);
}
