using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends;

/// <summary>
/// Something that runs plans: the CPU now; a GPU with its own memory fits behind the same two interfaces.
/// </summary>
/// <remarks>
/// Parameters and partial sums are host memory, shared with the collective and the optimizer. A backend with memory
/// of its own copies parameters in when a run starts, and partial sums out when the stretch that makes them ends.
/// </remarks>
public interface IBackend
{
    /// <summary>The name in messages and reports.</summary>
    public string Name { get; }

    /// <summary>Prepares a plan for running on one compute thread.</summary>
    /// <remarks>
    /// Shapes: parameters holds at least Plan.Layout.Length floats; partials holds PiecesMax pieces, one after the
    /// other at PieceStride, and is empty for a plan without partial sums; shared holds Plan.SharedLength floats, the
    /// same ones for all workers of a process, and may be left out where that is 0.
    /// </remarks>
    public IExecutable Load(Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer? shared = null);
}

/// <summary>A plan ready to run. For one thread at a time; a run allocates nothing.</summary>
public interface IExecutable
{
    public Plan Plan { get; }

    /// <summary>
    /// Whether runs claim what they will write of the memory that workers share, because other cores have read it; see
    /// <see cref="CacheLines.Claim"/>. What <see cref="Input"/> gives may be cleared then. False at first.
    /// </summary>
    public bool ClaimsShared { get; set; }

    /// <summary>Which piece of the partial sums is the first that a run writes. 0 at first.</summary>
    public int FirstPiece { get; set; }

    /// <summary>Where to write an input's values for a run over these micro-batches, before it.</summary>
    public Span<float> Input(Operand input, in MicrobatchRange range);

    /// <summary>Runs the plan over these micro-batches.</summary>
    public void Run(in MicrobatchRange range) => Run(range, 0, Plan.Instructions.Count);

    /// <summary>
    /// A stretch of a run: the instructions from … to − 1. The first stretch starts at 0 and the others follow it, over
    /// the same micro-batches; what the instructions so far have made can be read then.
    /// </summary>
    public void Run(in MicrobatchRange range, int from, int to);

    /// <summary>A result's values after a run over these micro-batches; not for partial sums.</summary>
    public ReadOnlySpan<float> Output(Operand output, in MicrobatchRange range);

    /// <summary>
    /// Sums one of the plan's joint products over a whole mini-batch, after all its shards have been run by the workers
    /// that share memory: those strips of it that this worker takes, until none is left.
    /// </summary>
    /// <remarks>Units: product is an index of Plan.JointProducts.</remarks>
    public void SumJointly(
        int product, in MicrobatchRange batch, StripShares shares, int rank, IGradientStrips strips);

    /// <summary>Adds the next piece of the partial sums to one: the two are siblings of the canonical tree.</summary>
    public void AddNextPieceTo(int piece);

    /// <summary>
    /// Runs again over the same inputs, one instruction at a time, and returns the first whose result holds a NaN or
    /// an infinity; null when none does.
    /// </summary>
    public Instruction? FirstNonFinite(in MicrobatchRange range);
}
