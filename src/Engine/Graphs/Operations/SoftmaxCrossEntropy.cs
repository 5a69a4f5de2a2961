using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>−log softmax(logits) at the label, in nats, one per sample.</summary>
    /// <remarks>
    /// Shapes: this (logits) [batch, classes] or [classes], labels [batch] or []: class indices from 0, stored as
    /// floats. A label that is no class gives NaN.
    /// Errors: ShapeException when the shapes differ from these.
    /// </remarks>
    public Tensor SoftmaxCrossEntropy(Tensor labels) =>
        Graph.Add(new SoftmaxCrossEntropyOperation(), this, labels);
}

/// <summary>loss = log Σ e^(z − max) − (z_label − max): dL/dz = upstream · (softmax(z) − onehot(label)).</summary>
public sealed class SoftmaxCrossEntropyOperation : Operation
{
    public override string Name => "softmax-cross-entropy";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (logits, labels) = (inputs[0], inputs[1]);
        if (logits.Rank != 1)
        {
            Throw.Shape(Name, "logits", logits, "one dimension, the classes");
        }

        if (!labels.Equals(logits.With()))
        {
            Throw.Shape(Name, "labels", labels, $"{logits.With()}, one class index per sample");
        }

        return labels;
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.SoftmaxCrossEntropy(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (logits, labels) = (output.Inputs[0], output.Inputs[1]);
        return [output.Graph.Add(new SoftmaxCrossEntropyGradientOperation(), logits, labels, upstream), null];
    }
}

/// <summary>
/// g = u · (softmax(z) − onehot): for h the gradient to g, with s = softmax(z), dL/dz = u·s·(h − Σ h·s) and
/// dL/du = Σ h·(s − onehot).
/// </summary>
public sealed class SoftmaxCrossEntropyGradientOperation : Operation
{
    public override string Name => "softmax-cross-entropy-gradient";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => inputs[0];

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.SoftmaxCrossEntropyGradient(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (logits, labels, u) = (output.Inputs[0], output.Inputs[1], output.Inputs[2]);
        var softmax = logits.Softmax();
        var centred = upstream - (upstream * softmax).Sum(0).WithUnit(0);
        var perUnit = output.Graph.Add(this, logits, labels, output.Graph.Constant(1).Expand(u.Shape));
        return [u.WithUnit(0) * softmax * centred, null, (upstream * perUnit).Sum(0)];
    }
}
