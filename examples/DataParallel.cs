using Distributed.Engine.Backends;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;
using Distributed.Engine.Training;

namespace Distributed.Examples;

/// <summary>
/// The derivative of a sum is the sum of derivatives: each worker adds up the gradients of its own samples, all sums
/// are added, and the total is divided once by how many samples there are. That is one worker's gradient. It has one
/// worker's bits, too, because the sum runs over micro-batches in one order that no number of workers changes.
/// </summary>
public sealed class DataParallel : IExample
{
    private const string Watched = "linear2.bias";

    /// <summary>Each step takes all samples, so that the first step has a job of its own: that of one epoch.</summary>
    private static readonly Job Whole = new()
    {
        Epochs = 40,
        BatchSize = 192,
        MicrobatchSize = 16,
        Optimizer = "sgd",
        LearningRate = 0.25f,
    };

    private static readonly Sequential Model = new()
    {
        new Flatten(), new Linear(784, 32), new ReLU(), new Linear(32, 10),
    };

    public string Name => "data-parallel";

    public string Summary => "the same job on 1, 2, 3 and 4 workers: how gradients are averaged, and one fingerprint";

    public void Run(Lesson lesson)
    {
        var data = DataCatalog.Load(new DataOptions
        {
            Source = "digits",
            TrainCount = Whole.BatchSize,
            TestCount = 400,
        });
        var (steps, fingerprints) = (new List<float[]>(), new List<string>());
        lesson.Say($"the first step's gradient of {Watched}[0], {Whole.BatchSize} samples:");
        for (var workers = 1; workers <= 4; workers++)
        {
            var first = JobRun.Of(Whole with { Epochs = 1 }, data, Model, workers);
            var shares = first.Shares.Select(share => Sum(
                data.Train, share.FirstMicrobatch * Whole.MicrobatchSize, share.Microbatches * Whole.MicrobatchSize));
            var sums = shares.ToArray();
            var mean = sums.Sum() / Whole.BatchSize;
            lesson.Say($"  on {workers}: ({string.Join(" + ", sums.Select(sum => $"{sum:F6}"))}) / "
                + $"{Whole.BatchSize} = {mean:F8}");

            // The bias starts at 0, and a step takes it to −rate · gradient.
            steps.Add(first.Values(Watched).ToArray());
            lesson.Check($"the actors' first step with {workers} of them is this one", [-Whole.LearningRate * mean],
                [steps[^1][0]], 1e-7);
            fingerprints.Add(JobRun.Of(Whole, data, Model, workers).Done.Fingerprint);
        }

        lesson.Say("fingerprints after 40 steps:");
        fingerprints.ForEach(fingerprint => lesson.Say($"  {fingerprint}"));
        lesson.Check("the first step has the same bits on 1, 2, 3 and 4 workers",
            steps.All(step => step.SequenceEqual(steps[0])));
        lesson.Check("so has all that follows: one fingerprint", fingerprints.Distinct().Count() == 1);
    }

    /// <summary>The gradient of the watched value, summed over a worker's samples of the first mini-batch.</summary>
    private static float Sum(DataSet train, int first, int count)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch([.. train.SampleShape]));
        var labels = graph.Input("labels", TensorShape.Batch());
        var loss = Model.Apply(x).SoftmaxCrossEntropy(labels).BatchSum();
        var gradient = loss.Gradient(graph.Parameters[^1]);
        var run = new GraphRun([gradient], count, Whole.MicrobatchSize, Whole.Seed);
        var order = new BatchSchedule(train.Count, Whole.BatchSize, Whole.MicrobatchSize, Whole.Seed).Order(0);
        var (features, targets) = (new float[count * train.FeatureCount], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var sample = (int)order[first + i];
            train.ReadFeatures(sample, features.AsSpan(i * train.FeatureCount, train.FeatureCount));
            train.ReadTarget(sample, targets.AsSpan(i, 1));
        }

        run.Set(x, features);
        run.Set(labels, targets);
        run.Run();
        return run.Get(gradient)[0];
    }
}
