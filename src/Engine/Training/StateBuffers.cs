using Distributed.Engine.Memory;

namespace Distributed.Engine.Training;

/// <summary>The memory of what training changes.</summary>
/// <param name="Parameters">All of them, flat.</param>
/// <param name="Slots">The optimizer's state, in the order of its slot names; each as long as the parameters.</param>
public readonly record struct StateBuffers(AlignedBuffer Parameters, IReadOnlyList<AlignedBuffer> Slots);
