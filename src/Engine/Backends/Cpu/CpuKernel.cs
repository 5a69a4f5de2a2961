using Distributed.Engine.Graphs;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>One instruction, and the memory its operands lie in.</summary>
internal abstract unsafe class CpuKernel(CpuMemory memory, Instruction instruction)
{
    private int _keptOffset;

    /// <summary>Memory that it keeps while the instructions of a sample loop take turns. Default none.</summary>
    internal virtual int KeptFloats => 0;

    protected CpuMemory Memory { get; } = memory;

    protected Instruction Instruction { get; } = instruction;

    /// <summary>The first value of the result.</summary>
    protected float* Output => Memory.At(Instruction.Output);

    /// <summary>What it keeps; anything before its first turn.</summary>
    protected float* Kept => Memory.Kept + _keptOffset;

    internal abstract void Run(in MicrobatchRange range);

    /// <summary>Says where that lies in the memory of all that is kept.</summary>
    internal void KeepAt(int offset) => _keptOffset = offset;

    /// <summary>The first value of an input.</summary>
    protected float* Input(int index) => Memory.At(Instruction.Inputs[index]);

    /// <summary>Repetitions of a per-sample computation: the samples of a batch, or one.</summary>
    protected int Repeats(in MicrobatchRange range) => Instruction.Output.Shape.Batched ? range.Samples : 1;
}
