using BenchmarkDotNet.Attributes;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Memory;

namespace Distributed.Benchmarks.Kernels;

/// <summary>Which function.</summary>
public enum ElementWiseFunction
{
    Relu,
    ReluGradient,
    Exp,
}

/// <summary>A function of each element, over as many as the activations of a hidden layer.</summary>
public unsafe class ElementWiseBenchmark : KernelBenchmark
{
    private AlignedBuffer _x = new(0);
    private AlignedBuffer _y = new(0);

    [Params(ElementWiseFunction.Relu, ElementWiseFunction.ReluGradient, ElementWiseFunction.Exp)]
    public ElementWiseFunction Function { get; set; }

    internal override string Title => $"{Function} {Count}";

    internal override double Bytes =>
        (Function == ElementWiseFunction.ReluGradient ? 3.0 : 2.0) * sizeof(float) * Count;

    private int Count => IsSmall ? 77 : 256 * 512;

    private protected override int Allocate()
    {
        (_x, _y) = (Uniform(Count, 0), Uniform(Count, 1));
        return Count;
    }

    private protected override void Run<TLanes, TVector>()
    {
        switch (Function)
        {
            case ElementWiseFunction.Relu:
                ElementWiseLoop.Unary<TLanes, TVector, ReluOperation.Operator>(
                    default, _x.Pointer, Result.Pointer, Count);
                break;
            case ElementWiseFunction.ReluGradient:
                ElementWiseLoop.Binary<TLanes, TVector, ReluGradientOperation.Operator>(
                    default, _x.Pointer, _y.Pointer, Result.Pointer, Count);
                break;
            default:
                ElementWiseLoop.Unary<TLanes, TVector, ExpOperation.Operator>(
                    default, _x.Pointer, Result.Pointer, Count);
                break;
        }
    }
}
