namespace Distributed.Actors;

/// <content>Children. The container is locked, because a system's top-level actors are made from any thread.</content>
internal sealed partial class ActorCell
{
    private readonly Lock _childrenLock = new();
    private OrderedDictionary<string, ActorCell>? _children;
    private long _unnamedCount;
    private volatile bool _isStopRequested;

    private bool HasChildren
    {
        get
        {
            lock (_childrenLock)
            {
                return _children is { Count: > 0 };
            }
        }
    }

    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null)
        {
            ActorNames.Check(name);
        }

        var child = AddChild(props, name);
        child.Start();
        return child.Self;
    }

    public IActorRef Child(string name)
    {
        lock (_childrenLock)
        {
            return _children is not null && _children.TryGetValue(name, out var child) ? child.Self : ActorRefs.Nobody;
        }
    }

    public IEnumerable<IActorRef> GetChildren() => Children().Select(child => child.Self);

    public void Stop(IActorRef child)
    {
        var target = InternalActorRef.From(child, "stop");
        if (target is LocalActorRef local && IsChild(local.Cell))
        {
            local.Cell.RequestStop();
        }
        else
        {
            target.SendSystem(Terminate.Instance);
        }
    }

    /// <summary>Stops the actor, and lets its parent's restart wait for it.</summary>
    internal void RequestStop()
    {
        _isStopRequested = true;
        SelfRef.SendSystem(Terminate.Instance);
    }

    private ActorCell AddChild(Props props, string? name)
    {
        lock (_childrenLock)
        {
            if (_phase >= Phase.Stopping)
            {
                throw new InvalidOperationException(
                    $"{Self.Path}: cannot start '{name ?? props.Type.Name}' while stopping");
            }
            name ??= ActorNames.Auto(_unnamedCount++);
            _children ??= [];
            if (_children.ContainsKey(name))
            {
                throw new InvalidActorNameException($"actor name '{name}' is not unique in {Self.Path}");
            }

            var path = Self.Path.Child(name, LocalSystem.NextUid());
            var child = new ActorCell(LocalSystem, props, SelfRef, path);
            _children.Add(name, child);
            return child;
        }
    }

    // Done by the child itself before anybody hears of its death, so that the name is free when they do.
    private void ReleaseName() => (ParentRef as LocalActorRef)?.Cell.RemoveChild(this);

    private void RemoveChild(ActorCell child)
    {
        lock (_childrenLock)
        {
            _children!.Remove(child.Self.Path.Name);
        }
    }

    private void OnChildStopped()
    {
        if (_phase == Phase.Restarting)
        {
            FinishRestartWhenAlone();
        }
        else if (_phase == Phase.Stopping && !HasChildren)
        {
            FinishTerminate();
        }
    }

    private bool IsChild(ActorCell cell) => ReferenceEquals(cell.ParentRef, SelfRef)
        && ReferenceEquals(Child(cell.Self.Path.Name), cell.Self);

    private List<ActorCell> Children()
    {
        lock (_childrenLock)
        {
            return _children is null ? [] : [.. _children.Values];
        }
    }
}
