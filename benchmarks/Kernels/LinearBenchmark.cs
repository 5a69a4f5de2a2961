using BenchmarkDotNet.Attributes;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Memory;

namespace Distributed.Benchmarks.Kernels;

/// <summary>Which product of a linear layer.</summary>
public enum LinearForm
{
    /// <summary>relu(x · W + b).</summary>
    Forward,

    /// <summary>dy · Wᵀ.</summary>
    InputGradient,
}

/// <summary>The products of a linear layer that go along the samples.</summary>
public unsafe class LinearBenchmark : KernelBenchmark
{
    private AlignedBuffer _left = new(0);
    private AlignedBuffer _weights = new(0);
    private AlignedBuffer _bias = new(0);
    private AlignedBuffer _workspace = new(0);

    [Params(LinearForm.Forward, LinearForm.InputGradient)]
    public LinearForm Form { get; set; }

    internal override string Title => $"{Form} {Samples}×{Inputs}×{Outputs}";

    internal override double Operations => 2.0 * Samples * Inputs * Outputs;

    private int Samples => IsSmall ? 9 : 256;

    private int Inputs => IsSmall ? 21 : 784;

    private int Outputs => IsSmall ? 35 : 512;

    private protected override int Allocate()
    {
        var isForward = Form == LinearForm.Forward;
        _left = Uniform(Samples * (isForward ? Inputs : Outputs), 0);
        _weights = Uniform(Inputs * Outputs, 1);
        _bias = Uniform(Outputs, 2);
        return Samples * (isForward ? Outputs : Inputs);
    }

    private protected override void Run<TLanes, TVector>()
    {
        var (n, k) = Form == LinearForm.Forward ? (Outputs, Inputs) : (Inputs, Outputs);
        var needed = MatrixProduct.WorkspaceFloats<TLanes, TVector>(Samples, n, k);
        _workspace = _workspace.Length < needed ? new AlignedBuffer(needed) : _workspace;
        var x = new MatrixView(_left.Pointer, k, transposed: false);
        var w = new MatrixView(_weights.Pointer, Outputs, transposed: Form == LinearForm.InputGradient);
        if (Form == LinearForm.Forward)
        {
            MatrixProduct.Run<TLanes, TVector, ReluOperation.Operator>(
                Samples, n, k, x, w, Result.Pointer, n, _bias.Pointer, default, _workspace.Pointer);
        }
        else
        {
            MatrixProduct.Run<TLanes, TVector, Engine.Kernels.ElementWise.Identity>(
                Samples, n, k, x, w, Result.Pointer, n, null, default, _workspace.Pointer);
        }
    }
}
