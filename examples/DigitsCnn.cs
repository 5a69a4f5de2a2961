using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;

namespace Distributed.Examples;

/// <summary>
/// A filter is one small set of weights laid over every place of the image, so a stroke is found wherever it is.
/// Pooling keeps that it was found and forgets exactly where. With far fewer weights than matrices need, fewer errors.
/// </summary>
public sealed class DigitsCnn : IExample
{
    public string Name => "digits-cnn";

    public string Summary => "handwritten digits with two convolutions: at least 98.5 % of held-out ones";

    public void Run(Lesson lesson)
    {
        var data = DataCatalog.Load(new DataOptions { Source = "digits", TrainCount = 8000, TestCount = 2000 });
        var model = new Sequential
        {
            new AsImages(), // [28, 28] as one channel
            new Conv2d(1, 8, 3), new ReLU(), new MaxPool2d(2), // 8 × 26 × 26, then 8 × 13 × 13
            new Conv2d(8, 16, 3), new ReLU(), new MaxPool2d(2), // 16 × 11 × 11, then 16 × 5 × 5
            new Flatten(),
            new Linear(16 * 5 * 5, 10),
        };
        var job = new Job { Epochs = 5, BatchSize = 64, Optimizer = "momentum", Schedule = "cosine" };
        var run = JobRun.Of(job, data, model);
        foreach (var epoch in run.Epochs)
        {
            lesson.Say($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F4}, held out {epoch.TestAccuracy:P2}");
        }

        lesson.Say($"{run.State.Layout.Length:N0} parameters");
        lesson.Check($"at least 98.5 % of the held-out digits are read ({run.Done.TestAccuracy:P2})",
            run.Done.TestAccuracy >= 0.985);
    }
}
