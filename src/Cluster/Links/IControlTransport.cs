namespace Distributed.Cluster.Links;

/// <summary>Opens the control links between coordinator and workers: ordered, small messages, no tensors.</summary>
/// <remarks>Callbacks come on any thread, one at a time per connection; they must be quick.</remarks>
public interface IControlTransport
{
    /// <summary>Accepts connections at this node's own address from now on.</summary>
    public void Listen(Action<IControlConnection> accepted);

    /// <summary>Tries once to connect. Exactly one of the callbacks is called, within a bounded time.</summary>
    public void Connect(string address, Action<IControlConnection> connected, Action<string> failed);
}

/// <summary>One control link. Messages arrive in order, once each, until it closes; then none does.</summary>
/// <remarks>
/// Either side learns that it has closed, at once where the other side or its process ended, within a bounded time
/// where nothing comes through any more. What was sent shortly before may have arrived or not.
/// </remarks>
public interface IControlConnection
{
    /// <summary>The other side, for people.</summary>
    public string Peer { get; }

    /// <summary>
    /// Starts delivery; what came before is delivered first. Closed is called once, with the reason, unless this side
    /// closes.
    /// </summary>
    public void Open(Action<object> received, Action<string> closed);

    /// <summary>Sends, or does nothing where the link has closed.</summary>
    public void Send(object message);

    public void Close();
}
