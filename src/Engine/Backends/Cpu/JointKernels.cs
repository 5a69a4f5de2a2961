using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Strips of a gradient over a whole mini-batch; see Note [Joint products].</summary>
internal abstract unsafe class JointKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private FinishPlan? _finish;
    private int _finishCount = -1;

    /// <summary>Where the gradient lies in the flat buffer.</summary>
    protected int Place => instruction.Output.Offset;

    protected float* Workspace => memory.Workspace;

    internal abstract int WorkspaceFloats(int samplesMax);

    internal void Run(in MicrobatchRange batch, StripShares.Taker taker, IGradientStrips strips)
    {
        if (batch.Count != _finishCount)
        {
            (_finish, _finishCount) = (FinishPlan.Of(batch.Count), batch.Count);
        }

        Run(batch, _finish!, taker, strips);
    }

    protected abstract void Run(
        in MicrobatchRange batch, FinishPlan finish, StripShares.Taker taker, IGradientStrips strips);

    /// <summary>An input's first sample of the mini-batch.</summary>
    protected float* Input(int index) => memory.OfBatch(instruction.Inputs[index]);
}

internal sealed unsafe class JointProductKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : JointKernel<TLanes, TVector>(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _rowsPerSample = MatMulOperation.Matrix(instruction.Inputs[0].Shape).Rows;
    private readonly (int M, int N) _size = MatMulOperation.Matrix(instruction.Output.Shape);

    internal override int WorkspaceFloats(int samplesMax) => StripProduct.WorkspaceFloats<TLanes, TVector>(
        _size.M, _size.N, checked(_rowsPerSample * samplesMax), samplesMax);

    protected override void Run(
        in MicrobatchRange batch, FinishPlan finish, StripShares.Taker taker, IGradientStrips strips) =>
        StripProduct.Run<TLanes, TVector>(
            _size.M, _size.N, batch, _rowsPerSample, Input(0), Input(1), finish, taker, strips, Place, Workspace);
}

internal sealed unsafe class JointTableKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction)
    : JointKernel<TLanes, TVector>(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _perSample = instruction.Inputs[0].Shape.SampleLength;
    private readonly int _count = instruction.Output.Shape.Dimensions[0];
    private readonly int _width = instruction.Output.Shape.Dimensions[1];

    internal override int WorkspaceFloats(int samplesMax) =>
        TableStrips.WorkspaceFloats<TLanes, TVector>(_perSample, _count, _width, samplesMax);

    protected override void Run(
        in MicrobatchRange batch, FinishPlan finish, StripShares.Taker taker, IGradientStrips strips) =>
        TableStrips.Run<TLanes, TVector>(
            new TableRows(Input(0), _perSample, _count, _width), Input(1), batch, finish, taker, strips, Place,
            Workspace);
}
