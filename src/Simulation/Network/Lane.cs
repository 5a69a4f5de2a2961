namespace Distributed.Simulation;

/// <summary>
/// The part of a route that every frame looks at. A sender's lanes lie side by side, because with hundreds of nodes
/// the way to a route costs more than all the rest.
/// </summary>
internal struct Lane
{
    /// <summary>The sender's number of the link, from 1.</summary>
    internal uint Epoch;

    /// <summary>The epoch whose frames may be delivered without a further look; 0 for none.</summary>
    internal uint ClearEpoch;

    /// <summary>The epoch the sender has last sent in.</summary>
    internal uint SentEpoch;

    /// <summary>Where the sender's next frame went after one to this node: a guess that saves a look-up.</summary>
    internal int NextGuess;

    /// <summary>What a fault adds to the latency.</summary>
    internal long ExtraDelayNs;

    /// <summary>No frame arrives before this.</summary>
    internal long FrameFloorPs;

    /// <summary>The receiver's address in the object that the sender used for it.</summary>
    internal string? Address;
}
