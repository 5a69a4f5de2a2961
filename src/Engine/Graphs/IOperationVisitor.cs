using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

/// <summary>
/// The families of operations a backend runs: the whole of what it must implement. A new element-wise operation
/// needs no change here, because its operator comes as a type.
/// </summary>
public interface IOperationVisitor
{
    /// <summary>y = f(x), element by element.</summary>
    public void Unary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IUnaryOperator;

    /// <summary>z = f(x, y) with broadcasting.</summary>
    public void Binary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IBinaryOperator;

    /// <summary>y = activation(a·b [+ bias]): inputs a, b and, where biased, bias.</summary>
    public void Linear<TActivation>(Instruction instruction, MatMulOperation product, TActivation activation)
        where TActivation : struct, IUnaryOperator;

    /// <summary>Σ over the batch of xᵀ·y, along the canonical tree.</summary>
    public void BatchProduct(Instruction instruction);

    /// <summary>Σ over the batch, along the canonical tree.</summary>
    public void BatchSum(Instruction instruction);

    /// <summary>Σ over one dimension of each sample.</summary>
    public void AxisSum(Instruction instruction, int axis);

    /// <summary>The greatest over one dimension of each sample.</summary>
    public void AxisMaximum(Instruction instruction, int axis);

    /// <summary>The input repeated to a larger shape.</summary>
    public void Expand(Instruction instruction);

    /// <summary>Two dimensions of each sample exchanged; matrices only.</summary>
    public void Transpose(Instruction instruction);

    /// <summary>Blocks of the inputs copied to their places in the result; zeros where none goes.</summary>
    public void CopyBlocks(Instruction instruction, BlockOperation blocks);

    /// <summary>A product of matrices for each index of the dimensions before them: inputs a and b.</summary>
    public void MatrixProducts(Instruction instruction, BatchedMatMulOperation product);

    /// <summary>The logarithm of softmax over the last dimension.</summary>
    public void LogSoftmax(Instruction instruction);

    /// <summary>Softmax over the last dimension.</summary>
    public void Softmax(Instruction instruction);

    /// <summary>Cross-entropy per sample: inputs logits and labels.</summary>
    public void SoftmaxCrossEntropy(Instruction instruction);

    /// <summary>Its gradient to the logits: inputs logits, labels and the upstream gradient per sample.</summary>
    public void SoftmaxCrossEntropyGradient(Instruction instruction);

    /// <summary>1 where the largest logit is the label's, else 0: inputs logits and labels.</summary>
    public void ArgMaxHit(Instruction instruction);
}
