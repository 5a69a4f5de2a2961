using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class AxisSumKernel<TLanes, TVector> : SampleKernel
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

    internal override void Run(int first, int samples) =>
        AxisSum.Run<TLanes, TVector>(Input(0, first), Result(first), _outer * samples, _axis, _inner);
}

internal sealed unsafe class AxisMaximumKernel<TLanes, TVector> : SampleKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _outer;
    private readonly int _axis;
    private readonly int _inner;

    internal AxisMaximumKernel(CpuMemory memory, Instruction instruction, int axis)
        : base(memory, instruction) => (_outer, _axis, _inner) = instruction.Inputs[0].Shape.Around(axis);

    internal override void Run(int first, int samples) =>
        AxisMaximum.Run<TLanes, TVector>(Input(0, first), Result(first), _outer * samples, _axis, _inner);
}

internal sealed unsafe class LogSoftmaxKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Output.Shape.Dimensions[^1];
    private readonly int _rows = instruction.Output.Shape.SampleLength
        / Math.Max(instruction.Output.Shape.Dimensions[^1], 1);

    internal override void Run(int first, int samples) =>
        LogSoftmax.Run<TLanes, TVector>(Input(0, first), Result(first), _rows * samples, _classes);
}

internal sealed unsafe class SoftmaxKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Output.Shape.Dimensions[^1];
    private readonly int _rows = instruction.Output.Shape.SampleLength
        / Math.Max(instruction.Output.Shape.Dimensions[^1], 1);

    internal override void Run(int first, int samples) =>
        Softmax.Forward<TLanes, TVector>(Input(0, first), Result(first), _rows * samples, _classes);
}

internal sealed unsafe class SoftmaxCrossEntropyKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(int first, int samples) =>
        SoftmaxCrossEntropy.Forward<TLanes, TVector>(
            Input(0, first), Input(1, first), Result(first), samples, _classes);
}

internal sealed unsafe class SoftmaxCrossEntropyGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(int first, int samples) =>
        SoftmaxCrossEntropy.Backward<TLanes, TVector>(
            Input(0, first), Input(1, first), Input(2, first), Result(first), samples, _classes);
}

internal sealed unsafe class ArgMaxHitKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes = instruction.Inputs[0].Shape.Dimensions[0];

    internal override void Run(int first, int samples) =>
        ArgMaxHit.Run<TLanes, TVector>(Input(0, first), Input(1, first), Result(first), samples, _classes);
}
