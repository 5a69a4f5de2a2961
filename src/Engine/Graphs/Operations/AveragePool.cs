using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The mean of each window; pixels outside count as 0.</summary>
    /// <remarks>Shapes, units and errors as for <see cref="MaxPool2d"/>.</remarks>
    public Tensor AvgPool2d(int size, int? stride = null, int padding = 0) =>
        Graph.Add(new AveragePoolOperation(Images.Pool(size, stride, padding)), this);

    /// <summary>The mean of each channel over all its pixels.</summary>
    /// <remarks>
    /// Shapes: this [batch, channels, height, width]; the result is [batch, channels]. Errors: ShapeException for
    /// another shape.
    /// </remarks>
    public Tensor GlobalAvgPool()
    {
        Images.Check("global-avg-pool", "the input", Shape);
        var pixels = Shape.Dimensions[1] * Shape.Dimensions[2];
        return Reshape(Shape.Dimensions[0], pixels).Sum(1) / pixels;
    }
}

/// <summary>y = Σ of a window, from 0 tap by tap, divided by its taps.</summary>
public sealed class AveragePoolOperation : Operation
{
    private readonly Window2d _window;

    internal AveragePoolOperation(Window2d window) => _window = window;

    public override string Name => "avg-pool2d";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        Images.Check(Name, "the input", inputs[0]);
        return Images.After(Name, _window, inputs[0], inputs[0].Dimensions[0]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.AveragePool(instruction, _window);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [output.Graph.Add(new AveragePoolGradientOperation(_window, output.Inputs[0].Shape), upstream)];
}

/// <summary>Each window's upstream gradient, shared out among its taps.</summary>
public sealed class AveragePoolGradientOperation : Operation
{
    private readonly Window2d _window;
    private readonly TensorShape _images;

    internal AveragePoolGradientOperation(Window2d window, TensorShape images) => (_window, _images) = (window, images);

    public override string Name => "avg-pool2d-gradient";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => _images;

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.AveragePoolGradient(instruction, _window);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [output.Graph.Add(new AveragePoolOperation(_window), upstream)];
}
