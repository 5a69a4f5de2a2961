namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Each value dropped to 0 with this probability, the others divided by what is left of 1.</summary>
    /// <remarks>
    /// Shapes: this [batch, …]. Units: rate in [0, 1). In a graph that is not for training, this tensor itself.
    /// Errors: ArgumentOutOfRangeException for a rate out of range; ShapeException when there is no batch.
    /// </remarks>
    public Tensor Dropout(float rate)
    {
        if (!(rate >= 0 && rate < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(rate), $"dropout {rate} is out of range: choose 0 up to below 1");
        }

        if (!Shape.Batched)
        {
            Errors.Throw.Shape(DropoutOperation.Word, "the operand", Shape, "a batch");
        }

        if (!Graph.Training || rate == 0)
        {
            return this;
        }

        var layer = Graph.Tensors.Count(tensor => tensor.Operation is DropoutOperation);
        return this * Graph.Add(new DropoutOperation(Shape, rate, layer), Graph.SampleKeys());
    }
}

/// <summary>
/// A mask of 0 and 1 / (1 − rate): a function of seed, epoch, the sample's place in it (that is, step and sample), the
/// layer and the element, and so the same on any number of workers and after resume.
/// </summary>
/// <remarks>Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014; inverted, as is usual.</remarks>
public sealed class DropoutOperation : Operation
{
    internal const string Word = "dropout";

    private readonly TensorShape _shape;

    internal DropoutOperation(TensorShape shape, float rate, int layer) =>
        (_shape, Rate, Number) = (shape, rate, layer);

    public override string Name => Word;

    public float Rate { get; }

    /// <summary>Which of the graph's dropouts it is, from 0.</summary>
    public int Number { get; }

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => _shape;

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Dropout(instruction, this);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => NoGradient(output);
}
