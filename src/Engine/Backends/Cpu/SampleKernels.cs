using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class MicrobatchMeanKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, MicrobatchMeanOperation mean) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    internal override void Run(in MicrobatchRange range) =>
        MicrobatchMean.Run<TLanes, TVector>(
            Input(0), Instruction.Output.Shape.SampleLength, range, mean.Less, Output);
}

internal sealed unsafe class DropoutKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, DropoutOperation dropout) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    internal override void Run(int first, int samples) =>
        DropoutMask.Run<TLanes, TVector>(
            Input(0, first),
            samples,
            Instruction.Output.Shape.SampleLength,
            dropout.Rate,
            dropout.Number,
            Result(first));
}

internal sealed unsafe class EmbeddingKernel(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
{
    private readonly TensorShape _table = instruction.Inputs[1].Shape;

    internal override void Run(int first, int samples)
    {
        var perSample = Instruction.Inputs[0].Shape.SampleLength;
        var table = new TableRows(Input(0, first), perSample, _table.Dimensions[0], _table.Dimensions[1]);
        table.Read(samples, Input(1, first), Result(first));
    }
}

internal sealed unsafe class EmbeddingGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Plan plan)
    : BatchReductionKernel<TLanes, TVector>(memory, instruction, plan)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _perSample = instruction.Inputs[0].Shape.SampleLength;
    private readonly int _count = instruction.Output.Shape.Dimensions[0];
    private readonly int _width = instruction.Output.Shape.Dimensions[1];

    internal int WorkspaceFloats(int samplesMax) =>
        TableGradient.WorkspaceFloats<TLanes, TVector>(_perSample, _count, _width, samplesMax);

    protected override void Sum(in MicrobatchRange range, float* pieces, int stride) =>
        TableGradient.Run<TLanes, TVector>(
            new TableRows(Input(0), _perSample, _count, _width), Input(1), range, pieces, stride, Memory.Workspace);
}
