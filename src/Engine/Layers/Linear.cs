using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>x·W + b: every output is a weighted sum of all inputs.</summary>
/// <remarks>
/// Shapes: x [batch, …, Inputs], W [Inputs, Outputs], b [Outputs], result [batch, …, Outputs].
/// Units: W starts uniform in ±√(6 / Inputs) unless Weights says otherwise, b at 0; Bias false leaves b out.
/// Errors: ArgumentOutOfRangeException for a size below 1; ShapeException naming both sizes when x does not fit.
/// </remarks>
public sealed record Linear : Layer
{
    public Linear(int inputs, int outputs, bool bias = true, Initializer? weights = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        (Inputs, Outputs, Bias, Weights) = (inputs, outputs, bias, weights ?? new HeUniformInitializer());
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public bool Bias { get; }

    public Initializer Weights { get; }

    public override string Kind => "linear";

    public override Tensor Apply(Tensor input)
    {
        if (input.Shape.Rank == 0 || input.Shape.Dimensions[^1] != Inputs)
        {
            Throw.Shape("linear", "the input", input.Shape, $"{Inputs} values in its last dimension");
        }

        var product = input.MatMul(input.Graph.Parameter("weight", [Inputs, Outputs], Weights));
        return Bias ? product + input.Graph.Parameter("bias", [Outputs], new ConstantInitializer()) : product;
    }
}
