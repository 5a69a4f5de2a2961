using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

internal sealed unsafe class LinearKernel<TLanes, TVector, TActivation> : CpuKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TActivation : struct, IUnaryOperator
{
    private readonly TActivation _activation;
    private readonly MatMulOperation _product;
    private readonly int _aColumns;
    private readonly int _bColumns;
    private readonly int _rows;
    private readonly int _n;
    private readonly int _k;

    internal LinearKernel(
        CpuMemory memory, Instruction instruction, MatMulOperation product, TActivation activation)
        : base(memory, instruction)
    {
        var (aRows, aColumns) = MatMulOperation.Matrix(instruction.Inputs[0].Shape);
        var (bRows, bColumns) = MatMulOperation.Matrix(instruction.Inputs[1].Shape);
        (_activation, _product) = (activation, product);
        (_aColumns, _bColumns) = (aColumns, bColumns);
        (_rows, _k) = product.TransposeLeft ? (aColumns, aRows) : (aRows, aColumns);
        _n = product.TransposeRight ? bRows : bColumns;
    }

    /// <summary>Rows, columns and inner size of the product over so many samples.</summary>
    internal (int M, int N, int K) Sizes(int samples) =>
        (Instruction.Output.Shape.Batched ? checked(_rows * samples) : _rows, _n, _k);

    internal override void Run(in MicrobatchRange range) =>
        MatrixProduct.Run<TLanes, TVector, TActivation>(
            _rows * Repeats(range),
            _n,
            _k,
            new MatrixView(Input(0), _aColumns, _product.TransposeLeft),
            new MatrixView(Input(1), _bColumns, _product.TransposeRight),
            Output,
            _n,
            Instruction.Inputs.Count > 2 ? Input(2) : null,
            _activation,
            Memory.Workspace);
}
