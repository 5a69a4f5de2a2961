using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Copies blocks; clears the result first where they do not fill it.</summary>
internal sealed unsafe class CopyBlocksKernel : SampleKernel
{
    private readonly IReadOnlyList<BlockCopy> _blocks;
    private readonly bool _fills;

    internal CopyBlocksKernel(CpuMemory memory, Instruction instruction, BlockOperation operation)
        : base(memory, instruction)
    {
        _blocks = operation.Blocks([.. instruction.Inputs.Select(input => input.Shape)]);
        _fills = _blocks.Sum(block => block.Outer * block.Length) == instruction.Output.Shape.SampleLength;
    }

    internal override void Run(int first, int samples)
    {
        if (!_fills)
        {
            new Span<float>(Result(first), Instruction.Output.Shape.Length(samples)).Clear();
        }

        foreach (var block in _blocks)
        {
            var source = Input(block.Input, first) + block.SourceOffset;
            var target = Result(first) + block.TargetOffset;
            for (long i = 0; i < (long)block.Outer * samples; i++)
            {
                new ReadOnlySpan<float>(source + (i * block.SourceStride), block.Length)
                    .CopyTo(new Span<float>(target + (i * block.TargetStride), block.Length));
            }
        }
    }
}

/// <summary>One matrix product after the other.</summary>
internal sealed unsafe class MatrixProductsKernel<TLanes, TVector> : SampleKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly BatchedMatMulOperation _product;
    private readonly int _perSample;
    private readonly int _aColumns;
    private readonly int _bColumns;

    internal MatrixProductsKernel(CpuMemory memory, Instruction instruction, BatchedMatMulOperation product)
        : base(memory, instruction)
    {
        _product = product;
        Sizes = product.Sizes(instruction.Inputs[0].Shape, instruction.Inputs[1].Shape);
        _perSample = instruction.Output.Shape.Dimensions[..^2].Aggregate(1, (count, size) => count * size);
        _aColumns = instruction.Inputs[0].Shape.Dimensions[^1];
        _bColumns = instruction.Inputs[1].Shape.Dimensions[^1];
    }

    /// <summary>Rows, columns and inner size of each product.</summary>
    internal (int M, int N, int K) Sizes { get; }

    internal override void Run(int first, int samples)
    {
        var (m, n, k) = Sizes;
        for (long i = 0; i < (long)_perSample * samples; i++)
        {
            var a = new MatrixView(Input(0, first) + (i * m * k), _aColumns, _product.TransposeLeft);
            var b = new MatrixView(Input(1, first) + (i * k * n), _bColumns, _product.TransposeRight);
            MatrixProduct.Run<TLanes, TVector, Identity>(
                m, n, k, a, b, Result(first) + (i * m * n), n, null, default, Memory.Workspace);
        }
    }
}
