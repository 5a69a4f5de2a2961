namespace Distributed.Simulation;

/// <summary>One life of a node's process, from boot to crash. Whatever belongs to it ends with it.</summary>
internal sealed class SimulatedProcess : IDispatcher
{
    private readonly Queue<Action> _postponed = new();
    private readonly Queue<IThreadPoolWorkItem> _frozenSlices = new();

    internal SimulatedProcess(SimulatedNode node, int incarnation)
    {
        Node = node;
        Incarnation = incarnation;
        Clock = new SimulatedClock(this);
        Compute = new SimulatedCompute(this);
        Data = new SimulatedDataLink(this);
        Control = new SimulatedControl(this);
    }

    public int SliceMessagesMax => Simulator.Options.SliceMessagesMax;

    internal SimulatedNode Node { get; }

    internal int Incarnation { get; }

    internal Simulator Simulator => Node.Simulator;

    internal SimulatedClock Clock { get; }

    internal SimulatedCompute Compute { get; }

    internal SimulatedDataLink Data { get; }

    internal SimulatedControl Control { get; }

    internal bool IsAlive { get; private set; } = true;

    internal bool IsFrozen { get; private set; }

    /// <summary>Whether what happens to it has to wait: it is frozen, or has not caught up since.</summary>
    internal bool IsPostponing => IsFrozen || _postponed.Count > 0;

    public void Schedule(IThreadPoolWorkItem slice)
    {
        if (IsAlive)
        {
            Simulator.Ready(this, slice);
        }
    }

    /// <summary>Does something in the process now, or once it is thawed; never after its end.</summary>
    internal void Do(Action action)
    {
        if (IsPostponing)
        {
            Postpone(action);
        }
        else if (IsAlive)
        {
            action();
        }
    }

    internal void Postpone(Action action) => _postponed.Enqueue(action);

    /// <summary>Whether a drawn slice may run; a frozen process gets it back when thawed.</summary>
    internal bool MayRun(IThreadPoolWorkItem slice)
    {
        if (IsAlive && IsFrozen)
        {
            _frozenSlices.Enqueue(slice);
        }

        return IsAlive && !IsFrozen;
    }

    internal void Freeze() => IsFrozen = true;

    internal void Thaw()
    {
        IsFrozen = false;
        while (_frozenSlices.TryDequeue(out var slice))
        {
            Simulator.Ready(this, slice);
        }

        if (_postponed.Count > 0)
        {
            Simulator.Schedule(TimeSpan.Zero, new CatchUp(this));
        }
    }

    internal void End()
    {
        IsAlive = false;
        IsFrozen = false;
        _postponed.Clear();
        _frozenSlices.Clear();
    }

    /// <summary>
    /// Does what has waited, in order, with the actors' turns in between. What comes meanwhile waits behind it.
    /// </summary>
    private sealed class CatchUp(SimulatedProcess process) : SimulatedEvent
    {
        protected internal override void Run(long sequence)
        {
            if (process.IsFrozen || process._postponed.Count == 0)
            {
                return;
            }

            // Taken out afterwards, so that what this causes at once waits behind the rest too.
            process._postponed.Peek()();
            if (process._postponed.Count > 0)
            {
                process._postponed.Dequeue();
                process.Simulator.Schedule(TimeSpan.Zero, this);
            }
        }
    }
}
