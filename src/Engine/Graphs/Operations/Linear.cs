using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

/// <summary>
/// activation(a·b + bias) in one pass: what the compiler makes of a matrix product whose only use is a bias, an
/// activation, or both. The same bits as the three apart.
/// </summary>
/// <remarks>Made after differentiation, so it has no gradient rule of its own.</remarks>
internal sealed class LinearOperation<TActivation>(
    MatMulOperation product, bool biased, string activationName, TActivation activation) : Operation
    where TActivation : struct, IUnaryOperator
{
    public override string Name { get; } = string.Join(
        '+', new[] { product.Name, biased ? "bias" : "", activationName }.Where(part => part.Length > 0));

    internal override bool SampleBySample => product.SampleBySample;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => product.Infer(inputs);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        throw new InvalidOperationException($"{Name}: made by the compiler, after differentiation");

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        product.MultiplyAdds(instruction, samples);

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Linear(instruction, product, activation);
}
