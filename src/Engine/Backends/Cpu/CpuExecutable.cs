using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>A plan as a list of kernels whose pointers are bound once; a run walks the list.</summary>
internal sealed unsafe class CpuExecutable<TLanes, TVector> : IExecutable
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly CpuMemory _memory;
    private readonly CpuKernel[] _kernels;

    internal CpuExecutable(Plan plan, AlignedBuffer parameters, PartialSums partials)
    {
        Plan = plan;
        _memory = new CpuMemory(plan, parameters, partials);
        var builder = new CpuKernelBuilder<TLanes, TVector>(plan, _memory);
        _kernels = [.. plan.Instructions.Select(builder.Build)];
        _memory.ReserveWorkspace(builder.WorkspaceFloats);
    }

    public Plan Plan { get; }

    public Span<float> Input(Operand input, int samples) => Values(input, samples);

    public ReadOnlySpan<float> Output(Operand output, int samples) => Values(output, samples);

    public void Run(in MicrobatchRange range, int from, int to)
    {
        CheckRange(range);
        for (var i = from; i < to; i++)
        {
            _kernels[i].Run(range);
        }
    }

    public Instruction? FirstNonFinite(in MicrobatchRange range)
    {
        CheckRange(range);
        for (var i = 0; i < _kernels.Length; i++)
        {
            _kernels[i].Run(range);
            var instruction = Plan.Instructions[i];
            if (instruction.Output.Storage != Storage.Partial
                && !Finite.All(Values(instruction.Output, range.Samples)))
            {
                return instruction;
            }
        }

        return null;
    }

    private Span<float> Values(Operand operand, int samples)
    {
        if (operand.Storage == Storage.Partial)
        {
            throw new InvalidOperationException("executable: partial sums are read from their own buffer");
        }

        return new Span<float>(_memory.At(operand), operand.Shape.Length(samples));
    }

    private void CheckRange(in MicrobatchRange range)
    {
        if (range.Samples < 0 || range.Samples > Plan.SamplesMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), $"run: {range.Samples} samples, the plan is made for 0 to {Plan.SamplesMax}");
        }

        if (Plan.Mode == BatchMode.Whole && range.First != 0)
        {
            throw new ArgumentException(
                $"run: a whole-batch plan got micro-batches from {range.First}; needs them from 0");
        }
    }
}
