using BenchmarkDotNet.Attributes;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Benchmarks.Kernels;

/// <summary>A weight gradient xᵀ · dy: along the canonical tree, and flat, as one chain over the whole shard.</summary>
public unsafe class WeightGradientBenchmark : KernelBenchmark
{
    private AlignedBuffer _x = new(0);
    private AlignedBuffer _dy = new(0);
    private AlignedBuffer _workspace = new(0);

    public WeightGradientBenchmark()
    {
    }

    internal WeightGradientBenchmark(int samples, int inputs, int outputs) =>
        (Samples, Inputs, Outputs) = (samples, inputs, outputs);

    /// <summary>Samples per micro-batch; 0 for all of them, which is one chain without a tree.</summary>
    [Params(16, 0)]
    public int MicrobatchSize { get; set; }

    internal override string Title =>
        $"WeightGradient {Inputs}×{Samples}×{Outputs}, {(MicrobatchSize == 0 ? "flat" : $"tree of {MicrobatchSize}")}";

    internal override double Operations => 2.0 * Samples * Inputs * Outputs;

    private int Samples { get => IsSmall ? 40 : field; } = 256;

    private int Inputs { get => IsSmall ? 21 : field; } = 784;

    private int Outputs { get => IsSmall ? 35 : field; } = 512;

    private MicrobatchRange Range =>
        MicrobatchRange.Whole(Samples, MicrobatchSize == 0 ? Samples : MicrobatchSize);

    private int Pieces => CanonicalTree.PieceCount(0, Range.Count);

    private protected override int Allocate()
    {
        _x = Uniform(Samples * Inputs, 0);
        _dy = Uniform(Samples * Outputs, 1);
        return Pieces * Inputs * Outputs;
    }

    private protected override void Run<TLanes, TVector>()
    {
        var needed = MicrobatchProduct.WorkspaceFloats<TLanes, TVector>(Inputs, Outputs, Samples, Range.Count);
        _workspace = _workspace.Length < needed ? new AlignedBuffer(needed) : _workspace;
        MicrobatchProduct.Run<TLanes, TVector>(
            Inputs, Outputs, Range, 1, _x.Pointer, Inputs, _dy.Pointer, Outputs, Result.Pointer, Inputs * Outputs,
            _workspace.Pointer);
    }
}
