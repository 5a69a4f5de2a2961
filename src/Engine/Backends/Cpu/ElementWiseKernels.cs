using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class UnaryKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, TOperator f) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IUnaryOperator
{
    private readonly float* _x = memory.At(instruction.Inputs[0]);

    internal override void Run(in MicrobatchRange range) =>
        ElementWiseLoop.Unary<TLanes, TVector, TOperator>(
            f, _x, Output, Instruction.Output.Shape.Length(range.Samples));
}

internal sealed unsafe class BinaryKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, TOperator f) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IBinaryOperator
{
    private readonly float* _x = memory.At(instruction.Inputs[0]);
    private readonly float* _y = memory.At(instruction.Inputs[1]);
    private readonly BroadcastLoop _loop = Broadcast.Loop(
        instruction.Inputs[0].Shape, instruction.Inputs[1].Shape, instruction.Output.Shape);

    internal override void Run(in MicrobatchRange range) =>
        _loop.Run<TLanes, TVector, TOperator>(f, _x, _y, Output, range.Samples);
}

/// <summary>
/// Repetition as a broadcast that keeps its left side; the right side is the result's own memory, unread.
/// </summary>
internal sealed unsafe class ExpandKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly float* _x = memory.At(instruction.Inputs[0]);
    private readonly BroadcastLoop _loop = Broadcast.Loop(
        instruction.Inputs[0].Shape, instruction.Output.Shape, instruction.Output.Shape);

    internal override void Run(in MicrobatchRange range) =>
        _loop.Run<TLanes, TVector, Left>(default, _x, Output, Output, range.Samples);

    private readonly struct Left : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => x;
    }
}
