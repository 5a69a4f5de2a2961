namespace Distributed.Simulation.Disks;

/// <summary>The simulated machine is dead. Not an IOException, so that no handler of those goes on after it.</summary>
public sealed class SimulatedCrashException(string message) : Exception(message);
