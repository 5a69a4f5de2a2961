using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links;

/// <summary>
/// One node's end of the data links: floats between any two nodes, straight from and into their buffers.
/// </summary>
/// <remarks>
/// Frames between two nodes arrive in order or not at all: once one is lost, the link between the two is lost, and
/// both sides are told. A frame may arrive twice where a link was re-established. Nothing is copied on sending: the
/// frame's floats are read at any time until they have arrived, so the sender leaves them alone until the protocol
/// tells it that they have.
/// </remarks>
public interface IDataLink
{
    /// <summary>Where others reach this node.</summary>
    public string Address { get; }

    /// <summary>Starts delivery to the receiver.</summary>
    public void Open(IDataReceiver receiver);

    /// <summary>Queues one frame; connects first where there is no link yet.</summary>
    public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0);

    /// <summary>
    /// Drops every link with what is queued on it: a new generation starts with new ones. Nobody is told of these.
    /// </summary>
    public void Reset();

    /// <summary>
    /// The next frame to a node makes a new link where the one there was is lost, also within its generation: for what
    /// starts afresh, and misses nothing that was lost before.
    /// </summary>
    /// <remarks>Links that do so for any frame need nothing here.</remarks>
    public void Renew(string address)
    {
    }
}

/// <summary>Takes what comes in over the data links.</summary>
public interface IDataReceiver
{
    /// <summary>One frame; the floats are valid during the call only.</summary>
    public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats);

    /// <summary>The link to a node was lost, or could not be made.</summary>
    public void OnPeerLost(string address, string reason);

    /// <summary>The same, from links that know which generation's frames were lost.</summary>
    /// <param name="generation">
    /// The highest of the frames that went over the link. Between the loss and this call the receiver may have come to
    /// a newer one, which has new links and has lost none of them.
    /// </param>
    public void OnPeerLost(string address, long generation, string reason) => OnPeerLost(address, reason);
}

/// <summary>What a frame says about its floats.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Generation">The membership they belong to; frames of another one are dropped.</param>
/// <param name="Step">The step they belong to, from 0.</param>
/// <param name="From">The sender's rank; −1 for a node that is no member.</param>
/// <param name="Bucket">The bucket, for partial sums, weights and state.</param>
/// <param name="Part">Which of several frames: the piece of partial sums, the slot of optimizer state.</param>
/// <param name="Offset">The place of the first float in the flat buffer.</param>
/// <param name="Count">Floats that follow.</param>
public readonly record struct FrameHeader(
    FrameKind Kind, long Generation, long Step, int From, int Bucket, int Part, int Offset, int Count)
{
    /// <summary>For a part of the state that a generation starts from.</summary>
    public static FrameHeader OfTransfer(FrameKind kind, Form form, int slot) =>
        new(kind, form.Generation, form.Cursor.Step, form.Rank, 0, slot, 0, 0);
}

/// <summary>What a frame carries.</summary>
public enum FrameKind
{
    /// <summary>Nothing: the sender can reach the receiver and knows the generation's plan.</summary>
    Hello,

    /// <summary>The losses, then the hits, of the sender's shard, a sum per micro-batch.</summary>
    Losses,

    /// <summary>One piece of partial sums, to the owner of the segment.</summary>
    Partials,

    /// <summary>Updated weights of a segment, from its owner to everyone.</summary>
    Weights,

    /// <summary>Updated optimizer state of a segment, from its owner to its mirror.</summary>
    Mirror,

    /// <summary>Weights of a committed step, to a node that lacks them.</summary>
    WeightsTransfer,

    /// <summary>Optimizer state of a committed step, to a node that lacks it.</summary>
    StateTransfer,

    /// <summary>Weights for a checkpoint, from their owner to the store.</summary>
    SavedWeights,

    /// <summary>Optimizer state for a checkpoint, from its owner to the store.</summary>
    SavedState,

    /// <summary>A node without a job's data asks for them: which, and where they go, as bytes.</summary>
    DataRequest,

    /// <summary>A part of packed data; the header's step is the pack's length in floats.</summary>
    DataBlock,

    /// <summary>The squares of what the sender has finished of the gradient, as far as it can add them up: to all.
    /// </summary>
    Norms,
}
