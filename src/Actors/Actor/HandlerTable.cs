namespace Distributed.Actors;

/// <summary>The handlers of one behaviour, in order of declaration; the first that takes a message wins.</summary>
internal sealed class HandlerTable
{
    private readonly List<Handler> _handlers = [];
    private bool _takesAnything;

    internal bool Handle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryHandle(message))
            {
                return true;
            }
        }
        return false;
    }

    internal void Add<T>(Func<T, bool> handle, bool takesAll)
    {
        if (_takesAnything)
        {
            throw new InvalidOperationException(
                $"Receive<{typeof(T).Name}>: an earlier handler takes every message, so this one would never run");
        }
        _takesAnything = takesAll;
        _handlers.Add(new Handler<T>(handle));
    }

    private abstract class Handler
    {
        internal abstract bool TryHandle(object message);
    }

    private sealed class Handler<T>(Func<T, bool> handle) : Handler
    {
        internal override bool TryHandle(object message) => message is T typed && handle(typed);
    }
}
