using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Convolution and pools on drawn shapes: first and second derivatives equal central differences in double precision.
/// The images are made from parameters, so that gradients to them are looked at too.
/// </summary>
public sealed class ImageGradientTests
{
    private const int Samples = 3;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Conv2d_HasTheGradientsOfCentralDifferences_WhenShapesAreDrawn(int seed)
    {
        var draw = new Random(seed);
        var (groups, stride, padding) = (draw.Next(1, 3), draw.Next(1, 4), draw.Next(0, 3));
        var (dilation, rows, columns) = (draw.Next(1, 3), draw.Next(1, 4), draw.Next(1, 4));
        var (channels, count) = (groups * draw.Next(1, 3), groups * draw.Next(1, 3));
        var (height, width) = (draw.Next(5, 8), draw.Next(5, 8));
        var graph = new Graph();
        var filters = graph.Parameter("w", [count, channels / groups, rows, columns], new ConstantInitializer());
        var bias = graph.Parameter("b", [count], new ConstantInitializer());
        var x = Images(graph, channels, height, width);
        var y = x.Conv2d(filters, seed % 2 == 0 ? bias : null, stride, padding, dilation, groups);
        var window = new Window2d(rows, columns, stride, padding, dilation);
        Assert.Equal(
            TensorShape.Batch(count, window.Positions(height, rows), window.Positions(width, columns)), y.Shape);
        new CentralDifferences(graph, Samples).AssertBoth(
            y.Tanh(), $"{channels}x{height}x{width} * {filters.Shape}, groups {groups}, {window}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Pools_HaveTheGradientsOfCentralDifferences_WhenShapesAreDrawn(int seed)
    {
        var draw = new Random(seed);
        var size = draw.Next(1, 4);
        var (stride, padding) = (draw.Next(1, 4), draw.Next(0, (size / 2) + 1));
        var graph = new Graph();
        var x = Images(graph, draw.Next(1, 3), draw.Next(4, 7), draw.Next(4, 7));
        var differences = new CentralDifferences(graph, Samples);
        var context = $"{x.Shape}, size {size}, stride {stride}, padding {padding}";
        differences.AssertBoth(x.MaxPool2d(size, stride, padding).Tanh(), $"max {context}");
        differences.AssertBoth(x.AvgPool2d(size, stride, padding).Tanh(), $"mean {context}");
        differences.AssertBoth(x.GlobalAvgPool().Tanh(), $"global mean {context}");
    }

    /// <summary>A batch of images that a parameter shapes: input + parameter, pixel by pixel.</summary>
    private static Tensor Images(Graph graph, int channels, int height, int width) =>
        graph.Input("x", TensorShape.Batch(channels, height, width))
        + graph.Parameter("p", [channels, height, width], new ConstantInitializer());
}
