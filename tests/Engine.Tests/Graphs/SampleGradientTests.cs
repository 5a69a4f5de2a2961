using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Layers that look at samples, on drawn shapes: first and second derivatives equal central differences in double
/// precision.
/// </summary>
public sealed class SampleGradientTests
{
    private const int Samples = 4;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Normalisations_HaveTheGradientsOfCentralDifferences_WhenShapesAreDrawn(int seed)
    {
        var draw = new Random(seed);
        var (channels, height, width) = (draw.Next(1, 4), draw.Next(1, 4), draw.Next(2, 4));
        var graph = new Graph();
        var x = Values(graph, channels, height, width);
        new CentralDifferences(graph, Samples).AssertBoth(
            new Sequential { new BatchNorm(channels, 0.1f), new Tanh(), new LayerNorm(width, 0.1f) }.Apply(x),
            $"images {x.Shape}");

        graph = new Graph();
        x = Values(graph, channels);
        new CentralDifferences(graph, Samples).AssertBoth(new BatchNorm(channels, 0.1f).Apply(x), $"vectors {x.Shape}");

        graph = new Graph();
        x = Values(graph, channels);
        new CentralDifferences(graph, Samples).AssertBoth(
            (x.Square() - x.Square().MicrobatchMean(0.5f)).Tanh(), $"less than the mean of {x.Shape}");
    }

    [Fact]
    public void BatchNorm_ObservesNoVariance_WhenAMicrobatchIsOneSample()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var y = new BatchNorm(2).Apply(x);
        var variance = graph.Observed(graph.Parameters[3])!;
        var run = new Engine.Backends.GraphRun([y, variance], samples: 3, microbatchSize: 2);
        run.Set(x, [1, 5, 3, 9, 7, 7]);
        run.Run();
        Assert.Equal([2, 8, 2, 8, 0, 0], run.Get(variance).ToArray());
        Assert.Equal([0, 0], run.Get(y)[4..].ToArray());
    }

    [Fact]
    public void MicrobatchMean_RefusesToTakeMoreThanASample()
    {
        var x = new Graph().Input("x", TensorShape.Batch(2));
        Assert.Contains(
            "choose 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => x.MicrobatchMean(2)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void DropoutAndEmbedding_HaveTheGradientsOfCentralDifferences_WhenShapesAreDrawn(int seed)
    {
        var draw = new Random(seed);
        var (count, width, perSample) = (draw.Next(2, 5), draw.Next(1, 4), draw.Next(1, 4));
        var graph = new Graph();
        var indices = graph.Input("indices", TensorShape.Batch(perSample));
        var rows = new Embedding(count, width).Apply(indices).Tanh();
        var dropped = (rows.Square() * Values(graph, perSample, width)).Dropout(0.4f);
        new CentralDifferences(graph, Samples)
        {
            Input = (name, i) => name switch
            {
                "indices" => i * seed % count,
                SampleKey.InputName => i * 1009 * seed % 65_536,
                _ => Math.Cos(i),
            },
        }.AssertBoth(dropped.Tanh(), $"{count} rows of {width}, {perSample} per sample");
    }

    [Fact]
    public void Dropout_KeepsTheMean_AndDrawsAnewForEachSampleAndLayer()
    {
        var graph = new Graph();
        var ones = graph.Input("x", TensorShape.Batch(2000));
        var (first, second) = (ones.Dropout(0.3f), ones.Dropout(0.3f));
        var run = new Engine.Backends.GraphRun([first, second], samples: 2);
        run.Set(ones, [.. Enumerable.Repeat(1f, 4000)]);
        run.Set(graph.Tensors.Single(tensor => tensor.Operation.Name == SampleKey.InputName), [1, 2, 3, 1, 2, 4]);
        run.Run();
        var (one, other) = (run.Get(first).ToArray(), run.Get(second).ToArray());
        Assert.Equal([0f, 1 / (1 - 0.3f)], one.Distinct().Order());
        Assert.InRange(one.Average(), 0.95, 1.05);
        Assert.NotEqual(one[..2000], one[2000..]);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Embedding_GivesNaN_WhenAnIndexIsNoRow()
    {
        var graph = new Graph();
        var indices = graph.Input("indices", TensorShape.Batch());
        var rows = indices.Embedding(graph.Parameter("table", [3, 1], new ConstantInitializer(7)));
        var run = new Engine.Backends.GraphRun([rows], samples: 6);
        run.Set(indices, [0, 2, 3, -1, 0.5f, float.NaN]);
        run.Run();
        Assert.Equal([7, 7, float.NaN, float.NaN, float.NaN, float.NaN], run.Get(rows).ToArray());
    }

    /// <summary>A batch that a parameter shapes: input · parameter + parameter.</summary>
    private static Tensor Values(Graph graph, params int[] sizes)
    {
        var scale = graph.Parameter("p", sizes, new ConstantInitializer());
        return (graph.Input("x", TensorShape.Batch(sizes)) * scale) + scale;
    }
}
