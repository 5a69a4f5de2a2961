using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>Images and filters that do not fit: one line that names the operation, what was seen and needed.</summary>
public sealed class ImageShapeErrorTests
{
    private static readonly ConstantInitializer Zero = new();

    public static TheoryData<string, string> Cases => new()
    {
        {
            "conv-input",
            "conv2d: the input has shape [batch, 784]: needs a batch of images, [batch, channels, height, width]"
        },
        {
            "conv-filters",
            "conv2d: filters has shape [512, 10]: needs [count, channels / groups, rows, columns] and no batch, such "
            + "as a parameter"
        },
        {
            "conv-channels",
            "conv2d: the input has shape [batch, 4, 14, 14]: needs 3 channels, which filters [8, 3, 5, 5] see"
        },
        {
            "conv-groups",
            "conv2d: the input has shape [batch, 4, 14, 14]: needs channels, and filters [8, 3, 5, 5], that 3 groups "
            + "divide"
        },
        { "conv-bias", "conv2d: bias has shape [512, 10]: needs [8], one value per filter" },
        {
            "conv-size",
            "conv2d: the input has shape [batch, 3, 4, 4]: needs images of at least 5 by 5 pixels, padding of 0 on "
            + "each side counted"
        },
        {
            "max-pool",
            "max-pool2d: the input has shape [batch, 784]: needs a batch of images, [batch, channels, height, width]"
        },
        {
            "global-pool",
            "global-avg-pool: the input has shape [512, 10]: needs a batch of images, [batch, channels, height, width]"
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operation_NamesWhatWasSeenAndNeeded_WhenImagesDoNotFit(string name, string message)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(784));
        var w = graph.Parameter("w", [512, 10], Zero);
        var filters = graph.Parameter("f", [8, 3, 5, 5], Zero);
        Func<object> build = name switch
        {
            "conv-input" => () => x.Conv2d(filters),
            "conv-filters" => () => x.Reshape(4, 14, 14).Conv2d(w),
            "conv-channels" => () => x.Reshape(4, 14, 14).Conv2d(filters),
            "conv-groups" => () => x.Reshape(4, 14, 14).Conv2d(filters, groups: 3),
            "conv-bias" => () => graph.Input("i", TensorShape.Batch(3, 9, 9)).Conv2d(filters, w),
            "conv-size" => () => graph.Input("i", TensorShape.Batch(3, 4, 4)).Conv2d(filters),
            "max-pool" => () => x.MaxPool2d(2),
            _ => () => w.GlobalAvgPool(),
        };
        Assert.Equal(message, Assert.Throws<ShapeException>(build).Message);
    }
}
