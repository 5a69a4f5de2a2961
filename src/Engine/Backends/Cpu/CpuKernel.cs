using Distributed.Engine.Graphs;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>One instruction with its pointers bound.</summary>
internal abstract unsafe class CpuKernel(CpuMemory memory, Instruction instruction)
{
    protected CpuMemory Memory { get; } = memory;

    protected Instruction Instruction { get; } = instruction;

    /// <summary>The first value of the result.</summary>
    protected float* Output { get; } = memory.At(instruction.Output);

    internal abstract void Run(in MicrobatchRange range);

    /// <summary>The first value of an input.</summary>
    protected float* Input(int index) => Memory.At(Instruction.Inputs[index]);

    /// <summary>Repetitions of a per-sample computation: the samples of a batch, or one.</summary>
    protected int Repeats(in MicrobatchRange range) => Instruction.Output.Shape.Batched ? range.Samples : 1;
}
