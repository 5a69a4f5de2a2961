using BenchmarkDotNet.Attributes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;

namespace Distributed.Benchmarks.Kernels;

/// <summary>Softmax cross-entropy, the loss and its gradient, for few classes and for many.</summary>
public unsafe class CrossEntropyBenchmark : KernelBenchmark
{
    private AlignedBuffer _logits = new(0);
    private AlignedBuffer _labels = new(0);
    private AlignedBuffer _upstream = new(0);

    [Params(10, 1000)]
    public int Classes { get; set; } = 10;

    [Params(false, true)]
    public bool Backward { get; set; }

    internal override string Title => $"CrossEntropy{(Backward ? "Gradient" : "")} {Rows}×{Classes}";

    internal override double Bytes => sizeof(float) * (double)Rows * ((Backward ? 2 * Classes : Classes) + 2);

    private int Rows => IsSmall ? 7 : 256;

    private protected override int Allocate()
    {
        _logits = Uniform(Rows * Classes, 0);
        _labels = new AlignedBuffer(Rows);
        _upstream = Uniform(Rows, 1);
        for (var row = 0; row < Rows; row++)
        {
            _labels.Span[row] = row % Classes;
        }

        return Backward ? Rows * Classes : Rows;
    }

    private protected override void Run<TLanes, TVector>()
    {
        if (Backward)
        {
            SoftmaxCrossEntropy.Backward<TLanes, TVector>(
                _logits.Pointer, _labels.Pointer, _upstream.Pointer, Result.Pointer, Rows, Classes);
        }
        else
        {
            SoftmaxCrossEntropy.Forward<TLanes, TVector>(
                _logits.Pointer, _labels.Pointer, Result.Pointer, Rows, Classes);
        }
    }
}
