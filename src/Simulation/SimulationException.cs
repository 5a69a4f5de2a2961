namespace Distributed.Simulation;

/// <summary>A simulation cannot go on: its code threw, left the thread, or stopped letting time pass.</summary>
public sealed class SimulationException(string message, Exception? cause = null) : Exception(message, cause);
