using Distributed.Engine.Graphs;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>An instruction that may run on some samples at a time.</summary>
internal interface ISampleBySample
{
    /// <summary>Runs it on so many samples of the range from one on; all of them come, in order.</summary>
    public void Run(in MicrobatchRange range, int first, int samples);
}

/// <summary>An instruction that treats each sample by itself.</summary>
internal abstract unsafe class SampleKernel(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction), ISampleBySample
{
    internal sealed override void Run(in MicrobatchRange range) => Run(0, Repeats(range));

    public void Run(in MicrobatchRange range, int first, int samples) => Run(first, samples);

    /// <summary>Runs it on so many samples from one on; on all there is, from 0, where there is no batch.</summary>
    internal abstract void Run(int first, int samples);

    /// <summary>An input's values from a sample on; all of them where there is no batch.</summary>
    protected float* Input(int index, int first) => From(first, Input(index), Instruction.Inputs[index]);

    /// <summary>The result's values from a sample on.</summary>
    protected float* Result(int first) => From(first, Output, Instruction.Output);

    private static float* From(int sample, float* values, Operand operand) =>
        operand.Shape.Batched && operand.Storage != Storage.Turn
            ? values + ((long)sample * operand.Shape.SampleLength)
            : values;
}
