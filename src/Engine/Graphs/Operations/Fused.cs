using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

/// <summary>A product that a bias and an activation can be joined with.</summary>
internal interface IActivatedProduct
{
    /// <summary>
    /// True where adding such a tensor to the product, seen in a shape, adds one value to each of its columns or
    /// filters.
    /// </summary>
    public bool IsBias(TensorShape product, TensorShape seen, TensorShape addend);

    /// <summary>
    /// The operation that computes activation(product + bias); inputs are the product's and, where biased, the bias.
    /// </summary>
    public Operation Activated<TActivation>(bool biased, string activationName, TActivation activation)
        where TActivation : struct, IUnaryOperator;
}

/// <summary>A gradient that an element-wise function behind it can be joined with.</summary>
internal interface IContinuedGradient
{
    /// <summary>
    /// The operation that computes f(gradient, z); inputs are the gradient's and z, of the result's shape.
    /// </summary>
    public Operation Continued<TOperator>(string operatorName, TOperator f)
        where TOperator : struct, IBinaryOperator;
}

/// <summary>
/// An operation and what is done with its result, in one pass: what the compiler makes of them where nothing else reads
/// what lies between. The same bits as apart.
/// </summary>
/// <remarks>Made after differentiation, so it has no gradient rule of its own.</remarks>
/// <param name="then">Names of what follows the first; empty ones are left out.</param>
/// <param name="visit">Calls the visitor's method for all together.</param>
internal sealed class FusedOperation(
    Operation first, IEnumerable<string> then, Action<IOperationVisitor, Instruction> visit) : Operation
{
    public override string Name { get; } = string.Join('+', then.Where(name => name.Length > 0).Prepend(first.Name));

    internal override bool SampleBySample => first.SampleBySample;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => first.Infer(inputs);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        throw new InvalidOperationException($"{Name}: made by the compiler, after differentiation");

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        first.MultiplyAdds(instruction, samples);

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visit(visitor, instruction);
}
