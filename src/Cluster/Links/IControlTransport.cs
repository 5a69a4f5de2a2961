namespace Distributed.Cluster.Links;

/// <summary>Where control links come in: ordered, small messages, no tensors.</summary>
public interface IControlListener
{
    /// <summary>Accepts connections at this node's own address from now on. The callback comes on any thread.</summary>
    public void Listen(Action<IControlConnection> accepted);
}

/// <summary>Opens control links to a coordinator.</summary>
public interface IControlDialer
{
    /// <summary>
    /// Tries once to connect. Exactly one of the callbacks is called, within a bounded time, on any thread.
    /// </summary>
    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed);
}

/// <summary>A node that does both.</summary>
public interface IControlTransport : IControlListener, IControlDialer;

/// <summary>Why there is no link.</summary>
/// <param name="Reason">One line.</param>
/// <param name="IsFinal">True where trying again cannot help: the other side has another version, job or token.</param>
public sealed record DialFailure(string Reason, bool IsFinal = false);

/// <summary>One control link. Messages arrive in order, once each, until it closes; then none does.</summary>
/// <remarks>
/// Either side learns that it has closed, at once where the other side or its process ended, within a bounded time
/// where nothing comes through any more. What was sent shortly before may have arrived or not. Callbacks come on any
/// thread, one at a time per connection; they must be quick.
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

    /// <summary>Sends, or does nothing where the link has closed. Never blocks.</summary>
    public void Send(object message);

    public void Close();
}
