namespace Distributed.Engine.Graphs;

/// <summary>A block of consecutive values, copied once for each index of the dimensions before it.</summary>
/// <remarks>
/// Units: counts of values. Index i of Outer is copied from i · SourceStride + SourceOffset of the input to
/// i · TargetStride + TargetOffset of the result. Where there is a batch, Outer is of one sample, and the samples
/// go on.
/// </remarks>
public readonly record struct BlockCopy(
    int Input, int Outer, int SourceStride, int SourceOffset, int TargetStride, int TargetOffset, int Length);

/// <summary>An operation that only moves values: slice, pad, concatenation. What no block covers is 0.</summary>
public abstract class BlockOperation : Operation
{
    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.CopyBlocks(instruction, this);

    /// <summary>What is copied from where to where, for inputs of these shapes.</summary>
    internal abstract IReadOnlyList<BlockCopy> Blocks(ReadOnlySpan<TensorShape> inputs);
}
