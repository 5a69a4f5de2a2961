namespace Distributed.Engine.Graphs;

/// <summary>Which of a plan's memories a value lies in.</summary>
public enum Storage
{
    /// <summary>Supplied at each run.</summary>
    Input,

    /// <summary>The flat parameter buffer, shared by all workers.</summary>
    Parameter,

    /// <summary>Fixed when the graph was built.</summary>
    Constant,

    /// <summary>Scratch and results of one worker, planned and reused.</summary>
    Arena,

    /// <summary>
    /// The same memory, for what no instruction outside a <see cref="Plans.SampleLoop"/> reads: each turn of the loop
    /// puts its samples first, over those of the turn before, so that they stay in a cache. Where all samples are run
    /// at once it lies as the arena does.
    /// </summary>
    Turn,

    /// <summary>
    /// Factors of <see cref="Plans.Plan.JointProducts"/>: every sample of the mini-batch, in memory that the workers of
    /// a process share; each writes its own samples.
    /// </summary>
    Shared,

    /// <summary>Partial sums over the batch, one copy per <see cref="Reduction.TreePiece"/>.</summary>
    Partial,
}

/// <summary>Where a value lies and what shape it has. Units: Offset counts floats.</summary>
public readonly record struct Operand(Storage Storage, int Offset, TensorShape Shape);
