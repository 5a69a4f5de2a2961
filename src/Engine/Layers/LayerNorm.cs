using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>The last dimension of each sample brought to mean 0 and deviation 1, then scaled and shifted.</summary>
/// <remarks>
/// Shapes: x [batch, …, Features], weight and bias [Features]. Units: Epsilon is added to the variance, which is
/// divided by the number of values.
/// Errors: ShapeException naming both sizes when x does not fit.
/// Source: Ba, Kiros and Hinton 2016, "Layer normalization"; defaults as in PyTorch.
/// </remarks>
public sealed record LayerNorm(int Features, float Epsilon = 1e-5f) : Layer
{
    public override string Kind => "layernorm";

    public override Tensor Apply(Tensor input)
    {
        if (input.Shape.Rank == 0 || input.Shape.Dimensions[^1] != Features)
        {
            Throw.Shape("layernorm", "the input", input.Shape, $"{Features} values in its last dimension");
        }

        var last = input.Shape.Rank - 1;
        var centered = input - (input.Sum(last) / Features).WithUnit(last);
        var variance = (centered.Square().Sum(last) / Features).WithUnit(last);
        return (centered / (variance + Epsilon).Sqrt()
                * input.Graph.Parameter("weight", [Features], new ConstantInitializer(1)))
            + input.Graph.Parameter("bias", [Features], new ConstantInitializer());
    }
}
