using Distributed.Engine.Errors;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

/// <summary>
/// An element-wise function of two tensors with broadcasting: sizes are aligned at the right, 1 stretches.
/// </summary>
/// <typeparam name="TOperator">The formula.</typeparam>
public abstract class BinaryOperation<TOperator>(string name, TOperator f = default) : Operation
    where TOperator : struct, IBinaryOperator
{
    public override string Name => name;

    internal override bool InPlace => true;

    internal override bool Broadcasts => true;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var shape = TensorShape.Broadcast(inputs[0], inputs[1]);
        if (shape is null)
        {
            Throw.Broadcast(name, inputs[0], inputs[1]);
        }

        return shape;
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Binary(instruction, f);

    internal override Operation FuseOnto(IContinuedGradient gradient) => gradient.Continued(name, f);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (x, y) = (output.Inputs[0], output.Inputs[1]);
        var (toX, toY) = InputGradients(x, y, output, upstream);
        return [toX?.SumTo(x.Shape), toY?.SumTo(y.Shape)];
    }

    /// <summary>
    /// The gradients to x and y in the output's shape, before the sum over stretched dimensions; null for none.
    /// </summary>
    protected abstract (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream);
}
