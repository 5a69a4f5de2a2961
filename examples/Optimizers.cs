using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// Six rules for the same gradients. SGD follows the slope; momentum and Nesterov gather speed where it keeps its
/// direction; RMSProp, Adam and AdamW measure each parameter's step by how large its gradients have been.
/// </summary>
public sealed class Optimizers : IExample
{
    private static readonly (string Name, float Rate)[] Rules =
    [
        ("sgd", 0.02f), ("momentum", 0.02f), ("nesterov", 0.02f),
        ("rmsprop", 0.001f), ("adam", 0.001f), ("adamw", 0.001f),
    ];

    public string Name => "optimizers";

    public string Summary => "SGD, momentum, Nesterov, RMSProp, Adam and AdamW on one network and seed, plotted";

    public void Run(Lesson lesson)
    {
        var data = DataCatalog.Load(new DataOptions { Source = "digits", TrainCount = 4000, TestCount = 1000 });
        var model = new Sequential { new Flatten(), new Linear(784, 64), new ReLU(), new Linear(64, 10) };
        var plot = new Plot("Six optimizers, one network, one seed", "epoch", "mean training loss, nats");
        var runs = new Dictionary<string, JobRun>(StringComparer.Ordinal);
        foreach (var (rule, rate) in Rules)
        {
            var job = new Job { Epochs = 8, BatchSize = 64, Optimizer = rule, LearningRate = rate };
            var run = runs[rule] = JobRun.Of(job, data, model);
            double[] epochs = [.. run.Epochs.Select(epoch => (double)epoch.Epoch)];
            double[] losses = [.. run.Epochs.Select(epoch => epoch.TrainLoss)];
            plot.Line($"{rule} {rate}", epochs, losses);
            lesson.Say($"{rule,-8} rate {rate,-5}: loss {string.Join(" ", losses.Select(loss => $"{loss:F3}"))}, "
                + $"held out {run.Done.TestAccuracy:P1}");
        }

        lesson.Picture("optimizers.svg", plot.ToSvg());
        double Last(string rule) => runs[rule].Epochs[^1].TrainLoss;
        lesson.Check("all six start from the same loss, to the bit",
            runs.Values.All(run => run.Losses[0] == runs["sgd"].Losses[0]));
        lesson.Check("and fall to less than a third of it",
            Rules.All(rule => Last(rule.Name) < runs["sgd"].Losses[0] / 3));
        lesson.Check("at SGD's rate, momentum and Nesterov come to less than half of its loss",
            Last("momentum") < Last("sgd") / 2 && Last("nesterov") < Last("sgd") / 2);
        lesson.Check("steps measured per parameter need a twentieth of the rate for less than SGD's loss",
            Last("rmsprop") < Last("sgd") && Last("adam") < Last("sgd") && Last("adamw") < Last("sgd"));
    }
}
