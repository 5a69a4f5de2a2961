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
    /// <summary>
    /// What a stretch of instructions may touch at a time, in floats: as much as most processors' second-level caches
    /// keep for one core.
    /// </summary>
    internal static int StretchFloats = 262144;

    private readonly CpuMemory _memory;
    private readonly CpuKernel[] _kernels;
    private readonly Stretch[] _stretches;

    internal CpuExecutable(Plan plan, AlignedBuffer parameters, PartialSums partials)
    {
        Plan = plan;
        _stretches = [.. plan.Stretches];
        _memory = new CpuMemory(plan, parameters, partials);
        var builder = new CpuKernelBuilder<TLanes, TVector>(plan, _memory);
        _kernels = [.. plan.Stretches.SelectMany(builder.Build)];
        _memory.Reserve(builder.WorkspaceFloats, builder.KeptFloats);
    }

    public Plan Plan { get; }

    public Span<float> Input(Operand input, int samples) => Values(input, samples);

    public ReadOnlySpan<float> Output(Operand output, int samples) => Values(output, samples);

    public void Run(in MicrobatchRange range, int from, int to)
    {
        CheckRange(range);
        foreach (var stretch in _stretches)
        {
            Run(range, Math.Max(from, stretch.From), Math.Min(to, stretch.End), stretch.SampleFloats);
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

    /// <summary>
    /// Instructions of one stretch, on as many samples at a time as stay in the cache; the definition takes all.
    /// </summary>
    private void Run(in MicrobatchRange range, int from, int to, int sampleFloats)
    {
        var samples = sampleFloats == 0 ? int.MaxValue : Math.Max(1, StretchFloats / sampleFloats);
        if (TLanes.Count == 1 || to - from < 2 || samples >= range.Samples)
        {
            for (var i = from; i < to; i++)
            {
                _kernels[i].Run(range);
            }

            return;
        }

        for (var first = 0; first < range.Samples; first += samples)
        {
            for (var i = from; i < to; i++)
            {
                ((ISampleBySample)_kernels[i]).Run(range, first, Math.Min(samples, range.Samples - first));
            }
        }
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
