using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;

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

    /// <summary>The dimensions of each sample in another order.</summary>
    public void Transpose(Instruction instruction, TransposeOperation transpose);

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

    /// <summary>The mean over each micro-batch, for each of its samples.</summary>
    public void MicrobatchMean(Instruction instruction, MicrobatchMeanOperation mean);

    /// <summary>What a sample keeps: input the samples' keys.</summary>
    public void Dropout(Instruction instruction, DropoutOperation dropout);

    /// <summary>Rows of a table: inputs indices and table.</summary>
    public void Embedding(Instruction instruction);

    /// <summary>Its gradient to the table, along the canonical tree: inputs indices and upstream.</summary>
    public void EmbeddingGradient(Instruction instruction);

    /// <summary>y = activation(x ∗ w [+ bias]): inputs images x, filters w and, where biased, one value per filter.
    /// </summary>
    public void Convolution<TActivation>(
        Instruction instruction, ConvolutionOperation convolution, TActivation activation)
        where TActivation : struct, IUnaryOperator;

    /// <summary>
    /// f(a convolution's gradient to the images, z): inputs upstream, w and z, of the images' shape; without z the
    /// gradient itself.
    /// </summary>
    public void ConvolutionInputGradient<TOperator>(
        Instruction instruction, ConvolutionInputGradientOperation gradient, TOperator f)
        where TOperator : struct, IBinaryOperator;

    /// <summary>A convolution's gradient to the filters, along the canonical tree: inputs x and upstream.</summary>
    public void ConvolutionFilterGradient(Instruction instruction, ConvolutionFilterGradientOperation gradient);

    /// <summary>The values where x is largest in each window: inputs x and the values.</summary>
    public void MaxPool(Instruction instruction, Window2d window);

    /// <summary>
    /// f(its gradient to the values, z): inputs x, upstream and z, of x's shape; without z the gradient itself.
    /// </summary>
    public void MaxPoolGradient<TOperator>(Instruction instruction, Window2d window, TOperator f)
        where TOperator : struct, IBinaryOperator;

    /// <summary>The mean of each window.</summary>
    public void AveragePool(Instruction instruction, Window2d window);

    /// <summary>Its gradient: input upstream.</summary>
    public void AveragePoolGradient(Instruction instruction, Window2d window);
}
