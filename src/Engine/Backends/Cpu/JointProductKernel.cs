using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Strips of a weight gradient over a whole mini-batch; see Note [Joint products].</summary>
internal sealed unsafe class JointProductKernel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly CpuMemory _memory;
    private readonly Instruction _instruction;
    private readonly int _rowsPerSample;
    private readonly int _m;
    private readonly int _n;
    private FinishPlan? _finish;
    private int _finishCount = -1;

    internal JointProductKernel(CpuMemory memory, Instruction instruction)
    {
        (_memory, _instruction) = (memory, instruction);
        _rowsPerSample = MatMulOperation.Matrix(instruction.Inputs[0].Shape).Rows;
        (_m, _n) = MatMulOperation.Matrix(instruction.Output.Shape);
    }

    internal int WorkspaceFloats(int samplesMax) =>
        StripProduct.WorkspaceFloats<TLanes, TVector>(_m, _n, checked(_rowsPerSample * samplesMax), samplesMax);

    internal void Run(in MicrobatchRange batch, StripShares.Taker taker, IGradientStrips strips)
    {
        if (batch.Count != _finishCount)
        {
            (_finish, _finishCount) = (FinishPlan.Of(batch.Count), batch.Count);
        }

        StripProduct.Run<TLanes, TVector>(
            _m,
            _n,
            batch,
            _rowsPerSample,
            _memory.OfBatch(_instruction.Inputs[0]),
            _memory.OfBatch(_instruction.Inputs[1]),
            _finish!,
            taker,
            strips,
            _instruction.Output.Offset,
            _memory.Workspace);
    }
}
