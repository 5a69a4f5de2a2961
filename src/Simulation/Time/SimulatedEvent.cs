namespace Distributed.Simulation;

/// <summary>
/// Something that happens at an instant of virtual time. One object may be scheduled again and again.
/// </summary>
public abstract class SimulatedEvent
{
    /// <param name="sequence">What scheduling returned: a rescheduled event knows a stale call by it.</param>
    protected internal abstract void Run(long sequence);

    /// <summary>Whether running it would do nothing, so that it may be forgotten before it is due.</summary>
    protected internal virtual bool IsStale(long sequence) => false;
}

/// <summary>A piece of code as an event.</summary>
internal sealed class ActionEvent(Action run) : SimulatedEvent
{
    protected internal override void Run(long sequence) => run();
}

/// <summary>Something that happens to a process: never after its end, and not while its node is frozen.</summary>
internal abstract class ProcessEvent(SimulatedProcess process) : SimulatedEvent
{
    protected SimulatedProcess Process => process;

    protected internal sealed override void Run(long sequence)
    {
        if (process.IsPostponing)
        {
            process.Postpone(() => RunInProcess(sequence));
        }
        else if (process.IsAlive)
        {
            RunInProcess(sequence);
        }
    }

    protected internal override bool IsStale(long sequence) => !process.IsAlive;

    protected abstract void RunInProcess(long sequence);
}
