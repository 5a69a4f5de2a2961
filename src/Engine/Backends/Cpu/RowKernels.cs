using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class AxisSumKernel<TLanes, TVector> : CpuKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _outer;
    private readonly int _axis;
    private readonly int _inner;

    internal AxisSumKernel(CpuMemory memory, Instruction instruction, int axis)
        : base(memory, instruction)
    {
        var sizes = instruction.Inputs[0].Shape.Dimensions;
        _outer = sizes.Take(axis).Aggregate(1, (product, size) => product * size);
        _axis = sizes[axis];
        _inner = sizes.Skip(axis + 1).Aggregate(1, (product, size) => product * size);
    }

    internal override void Run(in MicrobatchRange range) =>
        AxisSum.Run<TLanes, TVector>(Input(0), Output, _outer * Repeats(range), _axis, _inner);
}

internal sealed unsafe class AxisMaximumKernel<TLanes, TVector> : CpuKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _outer;
    private readonly int _axis;
    private readonly int _inner;

    internal AxisMaximumKernel(CpuMemory memory, Instruction instruction, int axis)
        : base(memory, instruction) => (_outer, _axis, _inner) = instruction.Inputs[0].Shape.Around(axis);

    internal override void Run(in MicrobatchRange range) =>
        AxisMaximum.Run<TLanes, TVector>(Input(0), Output, _outer * Repeats(range), _axis, _inner);
}

internal sealed unsafe class LogSoftmaxKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Output.Shape.Dimensions[^1];
    private readonly int _rows = instruction.Output.Shape.SampleLength
        / Math.Max(instruction.Output.Shape.Dimensions[^1], 1);

    internal override void Run(in MicrobatchRange range) =>
        LogSoftmax.Run<TLanes, TVector>(Input(0), Output, _rows * Repeats(range), _classes);
}

internal sealed unsafe class SoftmaxKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Output.Shape.Dimensions[^1];
    private readonly int _rows = instruction.Output.Shape.SampleLength
        / Math.Max(instruction.Output.Shape.Dimensions[^1], 1);

    internal override void Run(in MicrobatchRange range) =>
        Softmax.Forward<TLanes, TVector>(Input(0), Output, _rows * Repeats(range), _classes);
}

internal sealed unsafe class SoftmaxCrossEntropyKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(in MicrobatchRange range) =>
        SoftmaxCrossEntropy.Forward<TLanes, TVector>(Input(0), Input(1), Output, Repeats(range), _classes);
}

internal sealed unsafe class SoftmaxCrossEntropyGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(in MicrobatchRange range) =>
        SoftmaxCrossEntropy.Backward<TLanes, TVector>(
            Input(0), Input(1), Input(2), Output, Repeats(range), _classes);
}

internal sealed unsafe class ArgMaxHitKernel(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction)
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(in MicrobatchRange range) =>
        ArgMaxHit.Run(Input(0), Input(1), Output, Repeats(range), _classes);
}
