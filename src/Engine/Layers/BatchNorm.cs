using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>Each channel brought to mean 0 and deviation 1, then scaled and shifted by what is learned.</summary>
/// <remarks>
/// Shapes: x [batch, Channels] or [batch, Channels, height, width], weight and bias [Channels], as the running "mean"
/// and "variance". In training, mean and variance are those of the sample's micro-batch and all its pixels, so they
/// do not depend on the number of workers; the running ones, used after training, follow the mean of the
/// micro-batches' over the batch, each counted by its samples. As in PyTorch, what normalises is the variance divided
/// by the number of values n, and what the running variance follows is the unbiased one, divided by n − 1. Of a single
/// value both are 0.
/// Units: Epsilon is added to the variance; Share is how much of the newest value a step takes.
/// Errors: ShapeException naming both sides when x does not fit; ArgumentOutOfRangeException for a share out of range.
/// Source: Ioffe and Szegedy 2015; defaults as in PyTorch. Per micro-batch: "ghost" normalisation, Hoffer et al. 2017.
/// </remarks>
public sealed record BatchNorm(int Channels, float Epsilon = 1e-5f, float Share = 0.1f) : Layer
{
    public override string Kind => "batchnorm";

    public override Tensor Apply(Tensor input)
    {
        if (!input.Shape.Batched || input.Shape.Rank is not (1 or 3) || input.Shape.Dimensions[0] != Channels)
        {
            Throw.Shape("batchnorm", "the input", input.Shape,
                $"[batch, {Channels}] or [batch, {Channels}, height, width]");
        }

        var graph = input.Graph;
        var weight = graph.Parameter("weight", [Channels], new ConstantInitializer(1));
        var bias = graph.Parameter("bias", [Channels], new ConstantInitializer());
        var runningMean = graph.Statistic("mean", [Channels], new ConstantInitializer(), Share);
        var runningVariance = graph.Statistic("variance", [Channels], new ConstantInitializer(1), Share);
        var values = input.Reshape(Channels, input.Shape.SampleLength / Channels);
        var mean = graph.Training ? PerChannel(values).MicrobatchMean() : runningMean;
        var centered = values - Column(mean);
        var variance = runningVariance;
        if (graph.Training)
        {
            var squares = PerChannel(centered.Square());
            variance = squares.MicrobatchMean();
            graph.Observe(runningMean, mean);
            graph.Observe(runningVariance, squares.MicrobatchMean(less: 1f / values.Shape.Dimensions[1]));
        }

        var scale = weight / (variance + Epsilon).Sqrt();
        return ((centered * Column(scale)) + Column(bias)).Reshape(input.Shape);
    }

    /// <summary>The mean over a sample's pixels.</summary>
    private Tensor PerChannel(Tensor values)
    {
        var pixels = values.Shape.Dimensions[1];
        return pixels == 1 ? values.Reshape(Channels) : values.Sum(1) / pixels;
    }

    private Tensor Column(Tensor perChannel) => perChannel.Reshape(Channels, 1);
}
