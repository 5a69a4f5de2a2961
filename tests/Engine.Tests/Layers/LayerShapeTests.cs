using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Tests.Layers;

/// <summary>What the layers for images make of shapes, and what they say of those that do not fit.</summary>
public sealed class LayerShapeTests
{
    private static readonly Conv2d Halving = new(8, 16, 3, stride: 2, padding: 1);

    public static TheoryData<string, string> Shapes => new()
    {
        { "conv", "[batch, 16, 7, 6]" },
        { "pointwise", "[batch, 5, 14, 12]" },
        { "dilated", "[batch, 4, 10, 8]" },
        { "maxpool", "[batch, 8, 7, 6]" },
        { "avgpool", "[batch, 8, 6, 5]" },
        { "globalpool", "[batch, 8]" },
        { "residual", "[batch, 8, 14, 12]" },
        { "projected", "[batch, 16, 7, 6]" },
        { "flatten", "[batch, 1344]" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layer_GivesTheShapeOfItsFormula_WhenTheInputFits(string name, string expected)
    {
        Layer layer = name switch
        {
            "conv" => Halving,
            "pointwise" => new Conv2d(8, 5, 1),
            "dilated" => new Conv2d(8, 4, 3, dilation: 2, groups: 4),
            "maxpool" => new MaxPool2d(2),
            "avgpool" => new AvgPool2d(3, 2),
            "globalpool" => new GlobalAvgPool(),
            "residual" => new Residual(new Conv2d(8, 8, 3, padding: 1)),
            "projected" => new Residual(Halving),
            _ => new Flatten(),
        };
        Assert.Equal(expected, layer.Apply(new Graph().Input("x", TensorShape.Batch(8, 14, 12))).Shape.ToString());
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "conv", "conv2d: the input has shape [batch, 784]: needs [batch, 3, height, width]" },
        {
            "images",
            "images: the input has shape [batch, 784]: needs [batch, height, width] or [batch, channels, height, width]"
        },
        {
            "residual",
            "residual: the branch leads from [batch, 784] to [batch, 1, 28, 28]: needs the same rank, and one stride "
            + "from size to size; or a shortcut of its own"
        },
        { "groups", "conv2d: 3 groups do not divide 8 channels and 9 filters; both must be multiples" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Layer_SaysWhatItNeeds_WhenTheInputDoesNotFit(string name, string message)
    {
        var x = new Graph().Input("x", TensorShape.Batch(784));
        Func<object> build = name switch
        {
            "conv" => () => new Conv2d(3, 8, 3).Apply(x),
            "images" => () => new AsImages().Apply(x),
            "residual" => () => new Residual(new Picture()).Apply(x),
            _ => () => new Conv2d(8, 9, 3, groups: 3),
        };
        Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(build).Message);
    }

    [Fact]
    public void Residual_ProjectsItsInputUnderAName_WhenShapesDiffer()
    {
        var graph = new Graph();
        new Sequential { new Residual(Halving), new GlobalAvgPool(), new Residual(new Linear(16, 3)) }
            .Apply(graph.Input("x", TensorShape.Batch(8, 14, 12)));
        Assert.Equal(
            [
                "residual1.branch.weight", "residual1.branch.bias", "residual1.projection.weight",
                "residual2.branch.weight", "residual2.branch.bias", "residual2.projection.weight",
            ],
            graph.Parameters.Select(parameter => parameter.Operation.Name));
    }

    /// <summary>Vectors as images.</summary>
    private sealed record Picture : Layer
    {
        public override string Kind => "picture";

        public override Tensor Apply(Tensor input) => input.Reshape(1, 28, 28);
    }
}
