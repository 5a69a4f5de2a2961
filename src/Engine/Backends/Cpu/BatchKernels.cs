using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>
/// A sum over the batch: its pieces go to the worker's partial sums in a sharded plan, and in a whole-batch plan to
/// a buffer of its own, from which the tree is finished at once.
/// </summary>
internal abstract unsafe class BatchReductionKernel<TLanes, TVector> : CpuKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly PartialSums? _own;
    private FinishPlan? _finish;
    private int _finishCount = -1;

    private protected BatchReductionKernel(CpuMemory memory, Instruction instruction, Plan plan)
        : base(memory, instruction)
    {
        SamplesMax = plan.SamplesMax;
        if (plan.Mode == BatchMode.Whole)
        {
            // A whole batch may be cut into micro-batches of any size, down to one sample each.
            _own = new PartialSums(instruction.Output.Shape.SampleLength, CanonicalTree.PiecesMax(plan.SamplesMax));
        }
    }

    /// <summary>The most samples of a run.</summary>
    protected int SamplesMax { get; }

    internal sealed override void Run(in MicrobatchRange range)
    {
        if (_own is null)
        {
            Sum(range, Output, Memory.Partials.Stride);
            return;
        }

        Sum(range, _own.Pointer, _own.Stride);
        Finish(range.Count, _own);
    }

    /// <summary>Writes piece p of the sum at pieces + p · stride.</summary>
    protected abstract void Sum(in MicrobatchRange range, float* pieces, int stride);

    private void Finish(int count, PartialSums own)
    {
        if (_finish is null || count != _finishCount)
        {
            (_finish, _finishCount) = (FinishPlan.Of(count), count);
        }

        _finish.Run<TLanes, TVector>(own.Pointer, own.Stride, own.Length, Output);
    }
}

internal sealed unsafe class BatchProductKernel<TLanes, TVector> : BatchReductionKernel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _rows;
    private readonly int _xColumns;
    private readonly int _firstRow;
    private readonly int _m;
    private readonly int _n;

    internal BatchProductKernel(CpuMemory memory, Instruction instruction, Plan plan)
        : base(memory, instruction, plan)
    {
        (_rows, _xColumns) = MatMulOperation.Matrix(instruction.Inputs[0].Shape);
        _firstRow = ((BatchProductOperation)instruction.Operation).FirstRow;
        (_m, _n) = MatMulOperation.Matrix(instruction.Output.Shape);
    }

    internal int WorkspaceFloats(int samplesMax) =>
        MicrobatchProduct.WorkspaceFloats<TLanes, TVector>(_m, _n, checked(_rows * samplesMax), samplesMax);

    protected override void Sum(in MicrobatchRange range, float* pieces, int stride) =>
        MicrobatchProduct.Run<TLanes, TVector>(
            _m, _n, range, _rows, Input(0) + _firstRow, _xColumns, Input(1), _n, pieces, stride, Memory.Workspace);
}

internal sealed unsafe class BatchSumKernel<TLanes, TVector>(CpuMemory memory, Instruction instruction, Plan plan)
    : BatchReductionKernel<TLanes, TVector>(memory, instruction, plan)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    protected override void Sum(in MicrobatchRange range, float* pieces, int stride) =>
        MicrobatchSum.Run<TLanes, TVector>(Input(0), Instruction.Output.Shape.SampleLength, range, pieces, stride);
}
