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
        SharedLength = builder.SharedLength;
        JointSamples = builder.JointSamples;
        JointProducts = builder.JointProducts;
        Partials = builder.Partials;
        Reduced = [.. Gaps(JointProducts.Select(product => product.Output), Partials.ResultLength)];
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

    /// <summary>Floats of the memory that workers of a process share.</summary>
    public int SharedLength { get; }

    /// <summary>The most samples of a mini-batch whose weight gradients are made jointly; 0 where none are.</summary>
    public int JointSamples { get; }

    /// <summary>
    /// Weight gradients that no run computes: each worker of a process makes strips of them over the whole
    /// mini-batch, once all have written their samples' factors. Their places among the partial sums stay empty.
    /// </summary>
    public IReadOnlyList<Instruction> JointProducts { get; }

    /// <summary>How the partial sums lie in a piece.</summary>
    public PartialLayout Partials { get; }

    /// <summary>The results that are finished from partial sums, all but joint products: ranges, ascending.</summary>
    public IReadOnlyList<(int Offset, int Count)> Reduced { get; }

    /// <summary>Plans the computation of these tensors.</summary>
    /// <remarks>
    /// Units: samplesMax counts samples, at least 1; 1 for a graph without batch. stripFloats: weight gradients of more
    /// floats are computed in strips of about so many, the last rows first, so that who waits for a gradient gets its
    /// first part sooner; by default each is computed in one. jointSamples: the samples of a whole mini-batch, where
    /// the workers share memory and make weight gradients jointly; by default each sums its shard's. The same bits
    /// either way.
    /// Errors: ArgumentException for no outputs, and when a sharded plan reads a sum over the batch before it is
    /// complete, naming both ends; adding such sums up is all that can be done with them.
    /// </remarks>
    public static Plan Compile(
        IReadOnlyList<Tensor> outputs, int samplesMax, BatchMode mode, int stripFloats = int.MaxValue,
        int jointSamples = 0) =>
        new(new PlanBuilder(outputs, samplesMax, mode, stripFloats, jointSamples));

    /// <summary>What is left of so many floats between these places.</summary>
    private static IEnumerable<(int Offset, int Count)> Gaps(IEnumerable<Operand> places, int length)
    {
        var next = 0;
        foreach (var place in places.OrderBy(place => place.Offset))
        {
            if (place.Offset > next)
            {
                yield return (next, place.Offset - next);
            }

            next = place.Offset + place.Shape.SampleLength;
        }

        if (length > next)
        {
            yield return (next, length - next);
        }
    }
}
