using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;

namespace Distributed.Examples;

/// <summary>
/// Three matrices with ReLU between: softmax(relu(relu(x·W₀)·W₁)·W₂) says how likely each digit is, and cross-entropy
/// how surprising the right one was. The trainer puts the softmax into its loss, where it costs nothing extra.
/// </summary>
public sealed class DigitsMlp : IExample
{
    public string Name => "digits-mlp";

    public string Summary => "handwritten digits with three matrices and ReLU: at least 97 % of held-out ones";

    public void Run(Lesson lesson)
    {
        var data = DataCatalog.Load(new DataOptions { Source = "digits", TrainCount = 16_000, TestCount = 4000 });
        var model = new Sequential
        {
            new Flatten(),
            new Linear(28 * 28, 128, bias: false), new ReLU(), // W₀
            new Linear(128, 64, bias: false), new ReLU(), // W₁
            new Linear(64, 10, bias: false), // W₂
        };
        var job = new Job { Epochs = 6, BatchSize = 128, Optimizer = "momentum", Schedule = "cosine" };
        var run = JobRun.Of(job, data, model);
        foreach (var epoch in run.Epochs)
        {
            lesson.Say($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F4}, held out {epoch.TestAccuracy:P2}");
        }

        lesson.Check($"at least 97 % of the held-out digits are read ({run.Done.TestAccuracy:P2})",
            run.Done.TestAccuracy >= 0.97);
    }
}
