using System.Collections.Immutable;

namespace Distributed.Engine.Graphs;

/// <summary>A tensor without inputs: its values come from outside the plan, so it is no instruction.</summary>
public abstract class LeafOperation(TensorShape shape) : Operation
{
    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => shape;

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [];

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        throw new InvalidOperationException($"{Name}: a leaf is not an instruction");
}

/// <summary>Values supplied at each run.</summary>
public sealed class InputOperation(string inputName, TensorShape shape) : LeafOperation(shape)
{
    public override string Name => inputName;
}

/// <summary>Values that training changes, and how they start.</summary>
public sealed class ParameterOperation(
    string parameterName, TensorShape shape, Initializer initializer, float? share = null) : LeafOperation(shape)
{
    public override string Name => parameterName;

    public Initializer Initializer => initializer;

    /// <summary>
    /// Null where the optimizer changes the values by the loss; for a statistic how much of the newest value a step
    /// takes.
    /// </summary>
    public float? Share => share;
}

/// <summary>Values fixed when the graph is built.</summary>
public sealed class ConstantOperation : LeafOperation
{
    internal ConstantOperation(ReadOnlySpan<float> values, TensorShape shape)
        : base(shape)
    {
        if (values.Length != shape.SampleLength)
        {
            throw new Errors.ShapeException(
                $"constant: {values.Length} values given for shape {shape}: needs {shape.SampleLength}");
        }

        Values = [.. values];
    }

    public override string Name => "constant";

    public ImmutableArray<float> Values { get; }
}
