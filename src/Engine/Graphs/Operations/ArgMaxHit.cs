using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>1 where the largest of the logits, the first of equals, stands at the label, else 0.</summary>
    /// <remarks>Shapes: this (logits) [batch, classes], labels [batch]. Errors: ShapeException for others.</remarks>
    public Tensor ArgMaxHit(Tensor labels) => Graph.Add(new ArgMaxHitOperation(), this, labels);
}

/// <summary>A metric: flat almost everywhere, so no gradient flows.</summary>
public sealed class ArgMaxHitOperation : Operation
{
    public override string Name => "arg-max-hit";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs[0].Rank != 1 || !inputs[1].Equals(inputs[0].With()))
        {
            Throw.Shape(Name, "labels", inputs[1], $"one class index per sample of logits {inputs[0]}");
        }

        return inputs[1];
    }

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => NoGradient(output);

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.ArgMaxHit(instruction);
}
