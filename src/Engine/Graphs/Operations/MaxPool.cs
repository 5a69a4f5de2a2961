using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The largest value of each window; NaN where the window holds one.</summary>
    /// <remarks>
    /// Shapes: this [batch, channels, height, width]; the result is [batch, channels,
    /// (height + 2·padding − size) / stride + 1, likewise]. Units: size counts pixels, stride is size by default;
    /// padding is at most half of size, and what lies outside is never chosen.
    /// Errors: ShapeException naming what does not fit; ArgumentOutOfRangeException for sizes out of range.
    /// </remarks>
    public Tensor MaxPool2d(int size, int? stride = null, int padding = 0) =>
        Graph.Add(new MaxPoolOperation(Images.Pool(size, stride, padding)), this, this);
}

/// <summary>
/// y = the values at the places where x is largest in each window, the first of equals (the window's first, where the
/// largest is a NaN); with x itself as the values, the largest. The gradient goes to those places alone.
/// </summary>
public sealed class MaxPoolOperation : Operation
{
    private readonly Window2d _window;

    internal MaxPoolOperation(Window2d window) => _window = window;

    public override string Name => "max-pool2d";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        Images.Check(Name, "the input", inputs[0]);
        return Images.After(Name, _window, inputs[0], inputs[0].Dimensions[0]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.MaxPool(instruction, _window);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [null, output.Graph.Add(new MaxPoolGradientOperation(_window), output.Inputs[0], upstream)];
}

/// <summary>What comes from each window, added up at the place where x is largest in it; flat in x.</summary>
public sealed class MaxPoolGradientOperation : Operation, IContinuedGradient
{
    private readonly Window2d _window;

    internal MaxPoolGradientOperation(Window2d window) => _window = window;

    public override string Name => "max-pool2d-gradient";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => inputs[0];

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.MaxPoolGradient(instruction, _window, default(Left));

    Operation IContinuedGradient.Continued<TOperator>(string operatorName, TOperator f) =>
        new FusedOperation(
            this, [operatorName], (visitor, instruction) => visitor.MaxPoolGradient(instruction, _window, f));

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [null, output.Graph.Add(new MaxPoolOperation(_window), output.Inputs[0], upstream)];
}
