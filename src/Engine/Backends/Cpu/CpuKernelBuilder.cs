using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Turns each instruction into the kernel that runs it.</summary>
internal sealed partial class CpuKernelBuilder<TLanes, TVector>(Plan plan, CpuMemory memory) : IOperationVisitor
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private CpuKernel? _built;

    /// <summary>The most scratch that any kernel built so far needs.</summary>
    internal int WorkspaceFloats { get; private set; }

    /// <summary>The most that the kernels of a loop keep between their turns.</summary>
    internal int KeptFloats { get; private set; }

    /// <summary>The kernels of a loop; what they keep lies side by side.</summary>
    internal IEnumerable<CpuKernel> Build(SampleLoop loop)
    {
        var kept = 0;
        foreach (var instruction in plan.Instructions.Take(loop.From..loop.End))
        {
            _built = null;
            instruction.Operation.Accept(this, instruction);
            var kernel = _built
                ?? throw new InvalidOperationException($"cpu: no kernel for '{instruction.Operation.Name}'");
            kernel.KeepAt(kept);
            kept = checked(kept + kernel.KeptFloats);
            yield return kernel;
        }

        KeptFloats = Math.Max(KeptFloats, kept);
    }

    internal JointKernel<TLanes, TVector> Build(Instruction joint)
    {
        JointKernel<TLanes, TVector> kernel = joint.Operation is EmbeddingGradientOperation
            ? new JointTableKernel<TLanes, TVector>(memory, joint)
            : new JointProductKernel<TLanes, TVector>(memory, joint);
        Reserve(kernel.WorkspaceFloats(plan.JointSamples));
        return kernel;
    }

    public void Unary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IUnaryOperator =>
        _built = new UnaryKernel<TLanes, TVector, TOperator>(memory, instruction, f);

    public void Binary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IBinaryOperator =>
        _built = new BinaryKernel<TLanes, TVector, TOperator>(memory, instruction, f);

    public void Linear<TActivation>(Instruction instruction, MatMulOperation product, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var kernel = new LinearKernel<TLanes, TVector, TActivation>(memory, instruction, product, activation);
        var (m, n, k) = kernel.Sizes(plan.SamplesMax);
        Reserve(MatrixProduct.WorkspaceFloats<TLanes, TVector>(m, n, k));
        _built = kernel;
    }

    public void BatchProduct(Instruction instruction)
    {
        var kernel = new BatchProductKernel<TLanes, TVector>(memory, instruction, plan);
        Reserve(kernel.WorkspaceFloats(plan.SamplesMax));
        _built = kernel;
    }

    public void BatchSum(Instruction instruction) =>
        _built = new BatchSumKernel<TLanes, TVector>(memory, instruction, plan);

    public void AxisSum(Instruction instruction, int axis) =>
        _built = new AxisSumKernel<TLanes, TVector>(memory, instruction, axis);

    public void AxisMaximum(Instruction instruction, int axis) =>
        _built = new AxisMaximumKernel<TLanes, TVector>(memory, instruction, axis);

    public void Expand(Instruction instruction) => _built = new ExpandKernel<TLanes, TVector>(memory, instruction);

    public void Transpose(Instruction instruction, TransposeOperation transpose) =>
        _built = new TransposeKernel(memory, instruction, transpose);

    public void CopyBlocks(Instruction instruction, BlockOperation blocks) =>
        _built = new CopyBlocksKernel(memory, instruction, blocks);

    public void MatrixProducts(Instruction instruction, BatchedMatMulOperation product)
    {
        var kernel = new MatrixProductsKernel<TLanes, TVector>(memory, instruction, product);
        var (m, n, k) = kernel.Sizes;
        Reserve(MatrixProduct.WorkspaceFloats<TLanes, TVector>(m, n, k));
        _built = kernel;
    }

    public void LogSoftmax(Instruction instruction) =>
        _built = new LogSoftmaxKernel<TLanes, TVector>(memory, instruction);

    public void Softmax(Instruction instruction) => _built = new SoftmaxKernel<TLanes, TVector>(memory, instruction);

    public void SoftmaxCrossEntropy(Instruction instruction) =>
        _built = new SoftmaxCrossEntropyKernel<TLanes, TVector>(memory, instruction);

    public void SoftmaxCrossEntropyGradient(Instruction instruction) =>
        _built = new SoftmaxCrossEntropyGradientKernel<TLanes, TVector>(memory, instruction);

    public void ArgMaxHit(Instruction instruction) =>
        _built = new ArgMaxHitKernel<TLanes, TVector>(memory, instruction);

    private void Reserve(int floats) => WorkspaceFloats = Math.Max(WorkspaceFloats, floats);
}
