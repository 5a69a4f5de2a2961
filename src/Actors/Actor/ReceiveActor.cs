namespace Distributed.Actors;

/// <summary>An actor whose behaviours are tables from message type to handler.</summary>
/// <remarks>
/// Receive and ReceiveAsync are called in the constructor or in a method given to Become. The first handler, in
/// the order of declaration, whose type and predicate fit takes the message.
/// Errors: InvalidOperationException when they are called elsewhere, or after a handler that takes everything.
/// </remarks>
public abstract class ReceiveActor : UntypedActor
{
    private readonly HandlerTable _initial = new();
    private HandlerTable? _declaring;

    protected ReceiveActor() => _declaring = _initial;

    private HandlerTable Declaring => _declaring ?? throw new InvalidOperationException(
        $"{GetType().Name}: Receive is for the constructor and for methods given to Become");

    internal void EndConstruction() => _declaring = null;

    protected sealed override void OnReceive(object message)
    {
        if (!_initial.Handle(message))
        {
            Unhandled(message);
        }
    }

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Declaring.Add<T>(
            message =>
            {
                if (shouldHandle is not null && !shouldHandle(message))
                {
                    return false;
                }

                handler(message);
                return true;
            },
            TakesAll(shouldHandle));
    }

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <summary>The handler says whether it took the message.</summary>
    protected void Receive<T>(Func<T, bool> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Declaring.Add(handler, takesAll: false);
    }

    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Declaring.Add<object>(
            message =>
            {
                if (!messageType.IsInstanceOfType(message))
                {
                    return false;
                }

                if (shouldHandle is not null && !shouldHandle(message))
                {
                    return false;
                }

                handler(message);
                return true;
            },
            messageType == typeof(object) && shouldHandle is null);
    }

    /// <summary>Takes every message; no handler may follow.</summary>
    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    /// <summary>Takes no other message until the handler's task ends; its failure is the actor's failure.</summary>
    /// <remarks>Self, Sender and Context stay valid after each await that keeps its context.</remarks>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Declaring.Add<T>(
            message =>
            {
                if (shouldHandle is not null && !shouldHandle(message))
                {
                    return false;
                }

                Cell.RunAsync(() => handler(message));
                return true;
            },
            TakesAll(shouldHandle));
    }

    /// <inheritdoc cref="ReceiveAsync{T}(Func{T, Task}, Predicate{T})"/>
    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) =>
        ReceiveAsync(handler, shouldHandle);

    /// <inheritdoc cref="ReceiveAsync{T}(Func{T, Task}, Predicate{T})"/>
    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    /// <summary>Replaces the current behaviour by the table that the method declares.</summary>
    protected void Become(Action configure) => Become(Declare(configure));

    /// <summary>Lays the table that the method declares over the current behaviour.</summary>
    protected void BecomeStacked(Action configure) => BecomeStacked(Declare(configure));

    private static bool TakesAll<T>(Predicate<T>? shouldHandle) => typeof(T) == typeof(object) && shouldHandle is null;

    private Receive Declare(Action configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var outer = _declaring;
        var table = new HandlerTable();
        _declaring = table;
        try
        {
            configure();
        }
        finally
        {
            _declaring = outer;
        }
        return table.Handle;
    }
}
