namespace Distributed.Engine.Graphs;

/// <summary>
/// What a tensor does with its inputs: the rule for shapes, the rule for gradients, and its kernel's family.
/// </summary>
/// <remarks>Immutable and without values: one instance may serve many tensors.</remarks>
public abstract class Operation
{
    /// <summary>The name in messages and drawings, lower case.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The result's shape. Errors: ShapeException naming the operation and the shapes seen and needed.
    /// </summary>
    internal abstract TensorShape Infer(ReadOnlySpan<TensorShape> inputs);

    /// <summary>
    /// The gradient to each input, given the gradient to the output, as new tensors of the same graph; null where no
    /// gradient flows. Each has its input's shape.
    /// </summary>
    internal abstract Tensor?[] Gradient(Tensor output, Tensor upstream);

    /// <summary>Calls the visitor's method for this operation's family.</summary>
    internal abstract void Accept(IOperationVisitor visitor, Instruction instruction);

    /// <summary>
    /// The operation that computes activation(product + bias) in one pass where this one is the activation; null where
    /// it is not an element-wise function of one input.
    /// </summary>
    internal virtual Operation? FuseOnto(IActivatedProduct product, bool biased) => null;

    /// <summary>
    /// The operation that computes f(gradient, z) in one pass where this one is f, an element-wise function of two
    /// tensors; else null.
    /// </summary>
    internal virtual Operation? FuseOnto(IContinuedGradient gradient) => null;

    /// <summary>True where the result may be written over an input of the same length.</summary>
    internal virtual bool InPlace => false;

    /// <summary>True where an input smaller than the result is read as if it were expanded to its shape.</summary>
    internal virtual bool Broadcasts => false;

    /// <summary>True where the result sums over the batch, so that each worker has partial sums only.</summary>
    internal virtual bool SumsOverBatch => false;

    /// <summary>
    /// True where workers of a process had better make the sum over a mini-batch of so many samples jointly; see Note
    /// [Joint products].
    /// </summary>
    internal virtual bool IsMadeJointly(IReadOnlyList<Tensor> inputs, int samples) => false;

    /// <summary>
    /// True where a sample of the result needs that sample of the inputs alone, and some samples at a time cost no more
    /// than all at once.
    /// </summary>
    internal virtual bool SampleBySample => !SumsOverBatch;

    /// <summary>
    /// Multiply-adds that the products inside it need for so many samples: what its speed is measured by. 0 where it
    /// has none, and memory is what counts.
    /// </summary>
    internal virtual long MultiplyAdds(Instruction instruction, int samples) => 0;

    /// <summary>Null gradients for an operation through which none flows.</summary>
    protected static Tensor?[] NoGradient(Tensor output) => new Tensor?[output.Inputs.Count];
}
