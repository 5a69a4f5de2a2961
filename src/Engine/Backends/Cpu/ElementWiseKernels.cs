using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class UnaryKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, TOperator f) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IUnaryOperator
{
    internal override void Run(int first, int samples) =>
        ElementWiseLoop.Unary<TLanes, TVector, TOperator>(
            f, Input(0, first), Result(first), Instruction.Output.Shape.Length(samples));
}

internal sealed unsafe class BinaryKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, TOperator f) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IBinaryOperator
{
    private readonly BroadcastLoop _loop = Broadcast.Loop(
        instruction.Inputs[0].Shape, instruction.Inputs[1].Shape, instruction.Output.Shape);

    internal override void Run(int first, int samples) =>
        _loop.Run<TLanes, TVector, TOperator>(f, Input(0, first), Input(1, first), Result(first), samples);
}

/// <summary>
/// Repetition as a broadcast that keeps its left side; the right side is the result's own memory, unread.
/// </summary>
internal sealed unsafe class ExpandKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly BroadcastLoop _loop = Broadcast.Loop(
        instruction.Inputs[0].Shape, instruction.Output.Shape, instruction.Output.Shape);

    internal override void Run(int first, int samples) =>
        _loop.Run<TLanes, TVector, Left>(default, Input(0, first), Result(first), Result(first), samples);
}
