using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>A layer's configuration; applied to a tensor it adds its parameters and operations to that graph.</summary>
public abstract record Layer
{
    /// <summary>The word its name in a model starts with; a number follows.</summary>
    public abstract string Kind { get; }

    /// <summary>The layer's output for this input.</summary>
    /// <remarks>Errors: ShapeException when the input does not fit.</remarks>
    public abstract Tensor Apply(Tensor input);
}

/// <summary>max(x, 0).</summary>
public sealed record ReLU : Layer
{
    public override string Kind => "relu";

    public override Tensor Apply(Tensor input) => input.Relu();
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Layer
{
    public override string Kind => "sigmoid";

    public override Tensor Apply(Tensor input) => input.Sigmoid();
}

/// <summary>The hyperbolic tangent.</summary>
public sealed record Tanh : Layer
{
    public override string Kind => "tanh";

    public override Tensor Apply(Tensor input) => input.Tanh();
}

/// <summary>All dimensions of a sample as one.</summary>
public sealed record Flatten : Layer
{
    public override string Kind => "flatten";

    public override Tensor Apply(Tensor input) => input.Flatten();
}
