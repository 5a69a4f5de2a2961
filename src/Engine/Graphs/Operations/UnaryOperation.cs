using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

/// <summary>An element-wise function of one tensor; a new one adds its operator and its gradient rule.</summary>
/// <typeparam name="TOperator">The formula.</typeparam>
public abstract class UnaryOperation<TOperator>(string name, TOperator f) : Operation
    where TOperator : struct, IUnaryOperator
{
    public override string Name => name;

    internal override bool InPlace => true;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => inputs[0];

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Unary(instruction, f);

    internal override Operation FuseOnto(IActivatedProduct product, bool biased) =>
        product.Activated(biased, name, f);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [InputGradient(output.Inputs[0], output, upstream)];

    /// <summary>The gradient to x, given y = f(x) and the gradient to y.</summary>
    protected abstract Tensor InputGradient(Tensor x, Tensor y, Tensor upstream);
}
