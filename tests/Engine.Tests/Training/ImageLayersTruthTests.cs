using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Tests.Fixtures;
using Distributed.Engine.Tests.Graphs;

namespace Distributed.Engine.Tests.Training;

/// <summary>
/// Convolutions, pools, normalisations and embeddings against numbers that another implementation made: results and
/// gradients. Fixtures/make_image_layers.py made image_layers.txt with PyTorch.
/// </summary>
public sealed class ImageLayersTruthTests
{
    private const int Samples = 3;
    private const double Bound = 4e-6;

    private static readonly Truth Numbers = new("image_layers.txt");

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
        run.Set(x, name == "embedding" ? [0, 3, 3, 4, 1, 3] : Truth.Values(x.Shape.Length(Samples), salt));
        for (var i = 0; i < trained.Length; i++)
        {
            run.Set(trained[i], Truth.Values(trained[i].Shape.SampleLength, salt + 1 + i));
        }

        run.Run();
        Numbers.AssertClose($"{name}.result", run.Get(result), Bound);
        string[] parts = ["to-x", "to-weight", "to-bias"];
        for (var i = 0; i < gradients.Count; i++)
        {
            if (name != "embedding" || i > 0)
            {
                Numbers.AssertClose($"{name}.{parts[i]}", run.Get(gradients[i]), Bound);
            }
        }
    }

    /// <summary>All samples are one micro-batch, as there; a step takes running values a tenth of the way.</summary>
    [Fact]
    public void BatchNorm_EqualsAnotherImplementations_InItsRunningStatistics()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(4, 3, 2));
        _ = new BatchNorm(4).Apply(x);
        Tensor[] observed = [.. graph.Parameters.Select(graph.Observed).OfType<Tensor>()];
        var run = new GraphRun(observed, Samples);
        run.Set(x, Truth.Values(x.Shape.Length(Samples), 8));
        run.Run();
        Numbers.AssertClose("batch-norm.running-mean", After(0, run.Get(observed[0])), Bound);
        Numbers.AssertClose("batch-norm.running-variance", After(1, run.Get(observed[1])), Bound);

        static float[] After(float start, ReadOnlySpan<float> perSample) =>
            [.. perSample[..4].ToArray().Select(value => (0.9f * start) + (0.1f * value))];
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
