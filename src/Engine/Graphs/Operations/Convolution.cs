using Distributed.Engine.Errors;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Each filter laid over each place of an image: the sum of products of what lies on each other.</summary>
    /// <remarks>
    /// Shapes: this [batch, channels, height, width]; filters [count, channels / groups, rows, columns]; bias [count]
    /// or none; the result is [batch, count, (height + 2·padding − dilation·(rows − 1) − 1) / stride + 1, likewise].
    /// Units: stride, padding and dilation count pixels in both directions; pixels outside are 0. With groups, the
    /// first count / groups filters see the first channels / groups channels only, and so on.
    /// Errors: ShapeException naming what does not fit; ArgumentOutOfRangeException for a stride, dilation or groups
    /// below 1 or a padding below 0.
    /// </remarks>
    public Tensor Conv2d(
        Tensor filters, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
    {
        if (filters.Shape.Batched || filters.Shape.Rank != 4 || filters.Shape.SampleLength == 0)
        {
            Throw.Shape(ConvolutionOperation.Word, "filters", filters.Shape,
                "[count, channels / groups, rows, columns] and no batch, such as a parameter");
        }

        var window = new Window2d(filters.Shape.Dimensions[2], filters.Shape.Dimensions[3], stride, padding, dilation);
        var result = Graph.Add(new ConvolutionOperation(window, groups), this, filters);
        if (bias is null)
        {
            return result;
        }

        var count = filters.Shape.Dimensions[0];
        if (!bias.Shape.Equals(TensorShape.Of(count)))
        {
            Throw.Shape(ConvolutionOperation.Word, "bias", bias.Shape, $"[{count}], one value per filter");
        }

        // As [count, pixels], so that the bias' gradient is one sum over a sample's pixels.
        return (result.Reshape(count, result.Shape.SampleLength / count) + bias.Reshape(count, 1))
            .Reshape(result.Shape);
    }
}

/// <summary>y = x ∗ w: one chain of fused multiply-adds over channel, tap row, tap column, ascending from 0.</summary>
/// <remarks>
/// It is linear in x and in w, and so are its gradients: the three operations here are each other's gradients. To the
/// image it is a convolution with the flipped filter, to the filter a correlation of images and upstream gradient.
/// </remarks>
public sealed class ConvolutionOperation : Operation, IActivatedProduct
{
    internal const string Word = "conv2d";

    internal ConvolutionOperation(Window2d window, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        (Window, Groups) = (window, groups);
    }

    public override string Name => Word;

    public Window2d Window { get; }

    public int Groups { get; }

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (x, w) = (inputs[0], inputs[1]);
        Images.Check(Name, "the input", x);
        var (channels, count) = (x.Dimensions[0], w.Dimensions[0]);
        if (channels % Groups != 0 || count % Groups != 0)
        {
            Throw.Shape(Name, "the input", x, $"channels, and filters {w}, that {Groups} groups divide");
        }

        if (w.Dimensions[1] * Groups != channels)
        {
            Throw.Shape(Name, "the input", x, $"{w.Dimensions[1] * Groups} channels, which filters {w} see");
        }

        return Images.After(Name, Window, x, count);
    }

    bool IActivatedProduct.IsBias(TensorShape product, TensorShape seen, TensorShape addend) =>
        !addend.Batched && addend.Rank == 2 && seen.Rank == 2 && addend.Dimensions[1] == 1
        && addend.Dimensions[0] == product.Dimensions[0] && addend.Dimensions[0] == seen.Dimensions[0];

    Operation IActivatedProduct.Activated<TActivation>(bool biased, string activationName, TActivation activation) =>
        new FusedOperation(
            this,
            [biased ? "bias" : "", activationName],
            (visitor, instruction) => visitor.Convolution(instruction, this, activation));

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Convolution(instruction, this, default(Identity));

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        Taps(instruction.Output, instruction.Inputs[1], samples);

    /// <summary>At each place of the windows' results every weight of its filter is used once.</summary>
    internal static long Taps(Operand results, Operand filters, int samples) =>
        (long)results.Shape.Length(samples) * filters.Shape.SampleLength / filters.Shape.Dimensions[0];

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        // The filters' gradient first: it is a result, and others wait for it sooner than for what lies before.
        var (x, w) = (output.Inputs[0], output.Inputs[1]);
        var toW = output.Graph.Add(new ConvolutionFilterGradientOperation(Window, Groups), x, upstream);
        return [output.Graph.Add(new ConvolutionInputGradientOperation(Window, Groups, x.Shape), upstream, w), toW];
    }
}

/// <summary>
/// The gradient of a convolution to its images: to a pixel each tap that saw it gives a chain of fused multiply-adds
/// over the filters; these are added in the order of the taps, from 0.
/// </summary>
public sealed class ConvolutionInputGradientOperation : Operation, IContinuedGradient
{
    private readonly TensorShape _images;

    internal ConvolutionInputGradientOperation(Window2d window, int groups, TensorShape images) =>
        (Window, Groups, _images) = (window, groups, images);

    public override string Name => "conv2d-input-gradient";

    public Window2d Window { get; }

    public int Groups { get; }

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => _images;

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.ConvolutionInputGradient(instruction, this, default(Left));

    Operation IContinuedGradient.Continued<TOperator>(string operatorName, TOperator f) =>
        new FusedOperation(
            this, [operatorName], (visitor, instruction) => visitor.ConvolutionInputGradient(instruction, this, f));

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        ConvolutionOperation.Taps(instruction.Inputs[0], instruction.Inputs[1], samples);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (dy, w) = (output.Inputs[0], output.Inputs[1]);
        return
        [
            output.Graph.Add(new ConvolutionOperation(Window, Groups), upstream, w),
            output.Graph.Add(new ConvolutionFilterGradientOperation(Window, Groups), upstream, dy),
        ];
    }
}

/// <summary>
/// The gradient of a convolution to its filters: per sample a chain of fused multiply-adds over positions, per
/// micro-batch its samples added in order, and the micro-batches along the canonical tree.
/// </summary>
public sealed class ConvolutionFilterGradientOperation : Operation
{
    internal ConvolutionFilterGradientOperation(Window2d window, int groups) => (Window, Groups) = (window, groups);

    public override string Name => "conv2d-filter-gradient";

    public Window2d Window { get; }

    public int Groups { get; }

    internal override bool SumsOverBatch => true;

    internal override bool SampleBySample => true;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => TensorShape.Of(
        inputs[1].Dimensions[0], inputs[0].Dimensions[0] / Groups, Window.Height, Window.Width);

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.ConvolutionFilterGradient(instruction, this);

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        ConvolutionOperation.Taps(instruction.Inputs[1], instruction.Output, samples);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (x, dy) = (output.Inputs[0], output.Inputs[1]);
        return
        [
            output.Graph.Add(new ConvolutionInputGradientOperation(Window, Groups, x.Shape), dy, upstream),
            output.Graph.Add(new ConvolutionOperation(Window, Groups), x, upstream),
        ];
    }
}
