using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>A plan as a list of kernels; a run walks the list.</summary>
internal sealed unsafe class CpuExecutable<TLanes, TVector> : IExecutable
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// What a turn of a sample loop may touch: 2 MB, of which a second-level cache of 1 MB keeps what is in use.
    /// </summary>
    private const int TurnFloats = 512 * 1024;

    /// <summary>
    /// The most that is claimed at once: 256 KB, which stays in the second-level cache until it is written.
    /// </summary>
    private const int ClaimFloats = 64 * 1024;

    private readonly CpuMemory _memory;
    private readonly CpuKernel[] _kernels;
    private readonly JointKernel<TLanes, TVector>[] _joint;
    private readonly SampleLoop[] _sampleLoops;

    internal CpuExecutable(Plan plan, CpuMemory memory)
    {
        Plan = plan;
        _sampleLoops = [.. plan.SampleLoops];
        _memory = memory;
        var builder = new CpuKernelBuilder<TLanes, TVector>(plan, _memory);
        _kernels = [.. plan.SampleLoops.SelectMany(builder.Build)];
        _joint = [.. plan.JointProducts.Select(builder.Build)];
        _memory.Reserve(builder.WorkspaceFloats, builder.KeptFloats);
    }

    public Plan Plan { get; }

    public bool ClaimsShared { get; set; }

    public int FirstPiece
    {
        get => _memory.FirstPiece;
        set
        {
            var sums = _memory.Partials;
            if (sums.Length > 0 && (uint)value >= (uint)sums.PiecesMax)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), $"run: piece {value} of partial sums that have {sums.PiecesMax}");
            }

            _memory.FirstPiece = value;
        }
    }

    public Span<float> Input(Operand input, in MicrobatchRange range)
    {
        var values = Values(input, range);
        Claim(input, 0, range.Samples);
        return values;
    }

    public ReadOnlySpan<float> Output(Operand output, in MicrobatchRange range) => Values(output, range);

    public void Run(in MicrobatchRange range, int from, int to)
    {
        Begin(range);
        foreach (var loop in _sampleLoops)
        {
            if (from <= loop.From && loop.End <= to)
            {
                Run(range, loop);
            }
            else
            {
                RunAtOnce(range, Math.Max(from, loop.From), Math.Min(to, loop.End));
            }
        }
    }

    public void AddNextPieceTo(int piece)
    {
        var sums = _memory.Partials;
        var (left, right) = (sums.StartOf(piece), sums.StartOf(piece + 1));
        ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(
            default, sums.Pointer + left, sums.Pointer + right, sums.Pointer + left, sums.Length);
    }

    public Instruction? FirstNonFinite(in MicrobatchRange range)
    {
        Begin(range);
        for (var i = 0; i < _kernels.Length; i++)
        {
            _kernels[i].Run(range);
            var instruction = Plan.Instructions[i];
            if (instruction.Output.Storage != Storage.Partial
                && !Finite.All(Values(instruction.Output, range)))
            {
                return instruction;
            }
        }

        return null;
    }

    public void SumJointly(
        int product, in MicrobatchRange batch, StripShares shares, int rank, IGradientStrips strips) =>
        _joint[product].Run(batch, shares.For(product, rank), strips);

    /// <summary>
    /// Instructions of one loop, in turns of as many samples as stay in the cache; the definition takes all at once.
    /// </summary>
    private void Run(in MicrobatchRange range, SampleLoop loop)
    {
        var samples = loop.SampleFloats == 0 ? int.MaxValue : Math.Max(1, TurnFloats / loop.SampleFloats);
        if (TLanes.Count == 1 || loop.End - loop.From < 2 || samples >= range.Samples)
        {
            RunAtOnce(range, loop.From, loop.End);
            return;
        }

        for (var first = 0; first < range.Samples; first += samples)
        {
            var count = Math.Min(samples, range.Samples - first);
            for (var i = loop.From; i < loop.End; i++)
            {
                Claim(Plan.Instructions[i].Output, first, count);
                ((ISampleBySample)_kernels[i]).Run(range, first, count);
            }
        }
    }

    private void RunAtOnce(in MicrobatchRange range, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Claim(Plan.Instructions[i].Output, 0, range.Samples);
            _kernels[i].Run(range);
        }
    }

    /// <summary>Claims what is about to be written of so many samples of a run, where others have read it.</summary>
    private void Claim(Operand written, int first, int samples)
    {
        var floats = written.Shape.SampleLength;
        if (ClaimsShared && written.Storage == Storage.Shared && (long)floats * samples <= ClaimFloats)
        {
            CacheLines.Claim(new Span<float>(_memory.At(written) + ((nint)first * floats), samples * floats));
        }
    }

    private Span<float> Values(Operand operand, in MicrobatchRange range)
    {
        Begin(range);
        if (operand.Storage == Storage.Partial)
        {
            throw new InvalidOperationException("executable: partial sums are read from their own buffer");
        }

        return new Span<float>(_memory.At(operand), operand.Shape.Length(range.Samples));
    }

    private void Begin(in MicrobatchRange range)
    {
        _memory.FirstSample = range.FirstSample;
        if (Plan.JointSamples > 0 && range.FirstSample + range.Samples > Plan.JointSamples)
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), $"run: samples up to {range.FirstSample + range.Samples} of a mini-batch, the plan is "
                + $"made for 0 to {Plan.JointSamples}");
        }

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
