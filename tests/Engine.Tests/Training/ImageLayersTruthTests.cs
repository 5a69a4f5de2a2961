using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Tests.Graphs;

namespace Distributed.Engine.Tests.Training;

/// <summary>
/// Convolutions, pools, normalisations and embeddings against numbers that another implementation made: results and
/// gradients. Fixtures/make_image_layers.py made image_layers.txt with PyTorch.
/// </summary>
public sealed class ImageLayersTruthTests
{
    private const int Samples = 3;

    private static readonly Dictionary<string, double[]> Truth = File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "image_layers.txt"))
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => parts[1..].Select(double.Parse).ToArray(), StringComparer.Ordinal);

    /// <summary>Each layer, the shape of a sample, and the samples' salt; parameters have the salts behind.</summary>
    private static Dictionary<string, (Layer Layer, int[] Sample, int Salt)> Layers { get; } =
        new(StringComparer.Ordinal)
        {
            ["conv"] = (new Conv2d(2, 4, 3), [2, 7, 6], 1),
            ["conv-strided"] = (new Conv2d(2, 4, 3, stride: 2, padding: 1), [2, 7, 6], 1),
            ["conv-dilated"] = (new Conv2d(2, 4, 3, padding: 2, dilation: 2), [2, 7, 6], 1),
            ["conv-grouped"] = (new Oblong(), [4, 5, 6], 4),
            ["max-pool"] = (new MaxPool2d(2), [2, 7, 6], 7),
            ["max-pool-overlapping"] = (new MaxPool2d(3, 2, 1), [2, 7, 6], 7),
            ["avg-pool"] = (new AvgPool2d(3, 2, 1), [2, 7, 6], 7),
            ["global-avg-pool"] = (new GlobalAvgPool(), [2, 7, 6], 7),
            ["batch-norm"] = (new BatchNorm(4), [4, 3, 2], 8),
            ["layer-norm"] = (new LayerNorm(5), [2, 5], 11),
            ["embedding"] = (new Embedding(5, 3), [2], 13),
        };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_EqualsAnotherImplementations_InResultAndGradients(string name)
    {
        var (layer, sample, salt) = Layers[name];
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(sample));
        var result = layer.Apply(x);
        var trained = graph.Parameters.Where(parameter => graph.Observed(parameter) is null).ToArray();
        var gradients = graph.Gradients(CentralDifferences.Weighted(result), [x, .. trained]);
        var run = new GraphRun([result, .. gradients], Samples);
        run.Set(x, name == "embedding" ? [0, 3, 3, 4, 1, 3] : Values(x.Shape.Length(Samples), salt));
        for (var i = 0; i < trained.Length; i++)
        {
            run.Set(trained[i], Values(trained[i].Shape.SampleLength, salt + 1 + i));
        }

        run.Run();
        AssertClose(name, "result", run.Get(result));
        string[] parts = ["to-x", "to-weight", "to-bias"];
        for (var i = 0; i < gradients.Count; i++)
        {
            if (name != "embedding" || i > 0)
            {
                AssertClose(name, parts[i], run.Get(gradients[i]));
            }
        }
    }

    private static float[] Values(int count, int salt) =>
        [.. Enumerable.Range(0, count).Select(i => (float)((((i * 37) + (salt * 101)) % 64 - 31.5) / 40))];

    private static void AssertClose(string name, string part, ReadOnlySpan<float> actual)
    {
        var expected = Truth[$"{name}.{part}"];
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var bound = 4e-6 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= bound, $"{name}.{part}[{i}]: {actual[i]:R}, not {expected[i]:R}");
        }
    }

    /// <summary>Filters that are not square.</summary>
    private sealed record Oblong : Layer
    {
        public override string Kind => "oblong";

        public override Tensor Apply(Tensor input) => input.Conv2d(
            input.Graph.Parameter("weight", [6, 2, 2, 3], new ConstantInitializer()),
            input.Graph.Parameter("bias", [6], new ConstantInitializer()), stride: 2, padding: 1, groups: 2);
    }
}
