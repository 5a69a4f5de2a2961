namespace Distributed.Simulation.Disks;

/// <summary>The simulated machine is dead. Not an IOException: no handler of a disk's errors may go on after it.</summary>
public sealed class SimulatedCrashException(string message) : Exception(message);
