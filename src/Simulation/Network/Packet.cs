namespace Distributed.Simulation;

/// <summary>Something small on its way: a control message, or news of a link.</summary>
internal abstract class Packet : SimulatedEvent
{
    internal Route Route { get; set; } = null!;

    /// <summary>It has reached the other machine.</summary>
    internal abstract void Arrive();

    protected internal sealed override void Run(long sequence)
    {
        if (Route.IsBlocked || Route.Waiting.HasPackets)
        {
            Route.Waiting.Add(this);
        }
        else
        {
            Arrive();
        }
    }
}

/// <summary>A packet in one function.</summary>
internal sealed class ActionPacket(Action arrive) : Packet
{
    internal override void Arrive() => arrive();
}
