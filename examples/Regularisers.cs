using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// A network with weights to spare learns its few samples by heart, noise and all, and gets worse at others meanwhile.
/// L1 pulls weights to 0 and keeps the few that matter, L2 keeps all of them small, dropout lets no unit rely on
/// another, and early stopping ends before it happens.
/// </summary>
public sealed class Regularisers : IExample
{
    private const int Features = 20;
    private const string FirstWeights = "linear1.weight";

    private static readonly Job Plain = new()
    {
        Epochs = 120,
        BatchSize = 32,
        Optimizer = "adam",
        LearningRate = 0.003f,
    };

    public string Name => "regularisers";

    public string Summary => "one over-fitting network with none, L1, L2, dropout and early stopping, plotted";

    public void Run(Lesson lesson)
    {
        var data = new DataSplit(Draw("training", 128, seed: 1), Draw("validation", 1000, seed: 2));
        var runs = new Dictionary<string, JobRun>(StringComparer.Ordinal)
        {
            ["none"] = JobRun.Of(Plain, data, Network(dropout: 0)),
            ["L1"] = JobRun.Of(Plain with { L1 = 0.005f }, data, Network(dropout: 0)),
            ["L2"] = JobRun.Of(Plain with { L2 = 0.05f }, data, Network(dropout: 0)),
            ["dropout"] = JobRun.Of(Plain, data, Network(dropout: 0.5f)),
            ["early stop"] = JobRun.Of(Plain with { EarlyStop = 8, RestoreBest = true }, data, Network(dropout: 0)),
        };
        foreach (var (name, run) in runs)
        {
            var best = run.Epochs.MinBy(epoch => epoch.TestLoss)!;
            lesson.Say($"{name,-10} {run.Epochs.Count,3} epochs, training loss {run.Epochs[^1].TrainLoss:F4}, "
                + $"validation loss {run.Done.TestLoss:F4} (least {best.TestLoss:F4} after epoch {best.Epoch}), "
                + $"accuracy {run.Done.TestAccuracy:P1}, weights below 0.001: {Small(run):P0}");
        }

        Plot(lesson, "training", runs, epoch => epoch.TrainLoss);
        Plot(lesson, "validation", runs, epoch => epoch.TestLoss!.Value);
        Check(lesson, runs);
    }

    private static void Check(Lesson lesson, Dictionary<string, JobRun> runs)
    {
        var (none, stopped) = (runs["none"], runs["early stop"]);
        var least = none.Epochs.Min(epoch => epoch.TestLoss);
        lesson.Check("without any, the training loss ends below a tenth of the validation loss",
            none.Epochs[^1].TrainLoss < none.Done.TestLoss / 10);
        lesson.Check("which ends above 1.5 times its own least", none.Done.TestLoss > 1.5 * least);
        lesson.Check("each regulariser ends with a lower validation loss and a higher training loss", runs.Values.All(
            run => run == none || (run.Done.TestLoss < none.Done.TestLoss
                && run.Epochs[^1].TrainLoss > none.Epochs[^1].TrainLoss)));
        lesson.Check("L1 brings most of the first weights to 0; without it hardly any are there",
            Small(runs["L1"]) > 0.5 && Small(none) < 0.1);
        lesson.Check("L2 makes weights less than half as long", Length(runs["L2"]) < Length(none) / 2);
        lesson.Check("early stopping ends early and keeps its best epoch's parameters",
            stopped.Epochs.Count < Plain.Epochs
            && stopped.Done.TestLoss == stopped.Epochs.Min(epoch => epoch.TestLoss));
    }

    private static Sequential Network(float dropout) => new()
    {
        new Linear(Features, 64), new ReLU(), new Dropout(dropout),
        new Linear(64, 64), new ReLU(), new Dropout(dropout),
        new Linear(64, 2),
    };

    /// <summary>Twenty numbers, of which the first two say the class, and one label in eight is wrong.</summary>
    private static TableSet Draw(string name, int count, ulong seed)
    {
        var (features, noise) = (new float[count * Features], new float[count]);
        new UniformInitializer(-1, 1).Fill(seed, TensorShape.Of(features.Length), 0, features);
        new UniformInitializer(0, 1).Fill(seed + 100, TensorShape.Of(count), 0, noise);
        float[] labels = [.. Enumerable.Range(0, count).Select(
            i => (features[i * Features] + features[(i * Features) + 1] > 0) == (noise[i] > 0.125f) ? 1f : 0f)];
        return new TableSet(name, Features, features, labels, classCount: 2);
    }

    private static double Small(JobRun run) =>
        run.Values(FirstWeights).ToArray().Average(weight => Math.Abs(weight) < 0.001 ? 1.0 : 0.0);

    private static double Length(JobRun run) =>
        Math.Sqrt(run.Values(FirstWeights).ToArray().Sum(weight => (double)weight * weight));

    private static void Plot(
        Lesson lesson, string what, Dictionary<string, JobRun> runs, Func<Coordinator.EpochCompleted, double> value)
    {
        var plot = new Plot($"Regularisers: {what}", "epoch", $"{what} loss, nats");
        foreach (var (name, run) in runs)
        {
            plot.Line(name, [.. run.Epochs.Select(epoch => (double)epoch.Epoch)], [.. run.Epochs.Select(value)]);
        }

        // Room at the right for the names, beside the curve that rises.
        var most = runs.Values.Max(run => run.Epochs.Max(value));
        lesson.Picture($"regularisers-{what}.svg", plot.Range(0, 1.25 * Plain.Epochs, 0, most).ToSvg());
    }
}
