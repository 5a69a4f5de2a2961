using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>How much of a mini-batch one run of a plan sees.</summary>
public enum BatchMode
{
    /// <summary>A shard: sums over the batch come out as partial sums, for the collective to finish.</summary>
    Sharded,

    /// <summary>All of it: sums over the batch are finished in place and may be used further on.</summary>
    Whole,
}

/// <summary>
/// A graph made ready to run again and again: instructions in order, every value's place decided, memory reused as
/// soon as a value has been read for the last time.
/// </summary>
/// <remarks>Independent of any backend, and of the number of samples in a run up to SamplesMax.</remarks>
public sealed class Plan
{
    private Plan(PlanBuilder builder)
    {
        SamplesMax = builder.SamplesMax;
        Mode = builder.Mode;
        Layout = builder.Layout;
        Instructions = builder.Instructions;
        SampleLoops = builder.SampleLoops;
        Inputs = builder.Inputs;
        Constants = builder.Constants;
        Outputs = builder.Outputs;
        InputLength = builder.InputLength;
        ConstantLength = builder.ConstantLength;
        ArenaLength = builder.ArenaLength;
        Partials = builder.Partials;
    }

    /// <summary>The most samples a run may have.</summary>
    public int SamplesMax { get; }

    public BatchMode Mode { get; }

    public ParameterLayout Layout { get; }

    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The instructions as loops over samples, in order, none left out.</summary>
    public IReadOnlyList<SampleLoop> SampleLoops { get; }

    /// <summary>The graph's inputs that are needed, by name.</summary>
    public IReadOnlyDictionary<string, Operand> Inputs { get; }

    /// <summary>The constants that are needed, with their places.</summary>
    public IReadOnlyList<(ConstantOperation Values, Operand Place)> Constants { get; }

    /// <summary>Where the requested tensors lie after a run, in the order of the request.</summary>
    public IReadOnlyList<Operand> Outputs { get; }

    /// <summary>Floats of all inputs together.</summary>
    public int InputLength { get; }

    /// <summary>Floats of all constants together.</summary>
    public int ConstantLength { get; }

    /// <summary>Floats of scratch and results.</summary>
    public int ArenaLength { get; }

    /// <summary>How the partial sums lie in a piece.</summary>
    public PartialLayout Partials { get; }

    /// <summary>Plans the computation of these tensors.</summary>
    /// <remarks>
    /// Units: samplesMax counts samples, at least 1; 1 for a graph without batch. stripFloats: weight gradients of more
    /// floats are computed in strips of about so many, the last rows first, so that who waits for a gradient gets its
    /// first part sooner; by default each is computed in one. The same bits either way.
    /// Errors: ArgumentException for no outputs, and when a sharded plan reads a sum over the batch before it is
    /// complete, naming both ends; adding such sums up is all that can be done with them.
    /// </remarks>
    public static Plan Compile(
        IReadOnlyList<Tensor> outputs, int samplesMax, BatchMode mode, int stripFloats = int.MaxValue) =>
        new(new PlanBuilder(outputs, samplesMax, mode, stripFloats));
}
