using Distributed.Coordinator;
using Distributed.Engine.Backends;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;

namespace Distributed.Training.Tests;

/// <summary>The README's code is this code: compiled and run here, and compared with the file word for word.</summary>
public sealed class ReadmeSampleTests
{
    [Fact]
    public async Task Job_PrintsAccuraciesAndFingerprint_AsTheReadmeShows()
    {
        using var output = new StringWriter();
        // readme: job
        var model = new Sequential { new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10) };
        var data = DataCatalog.Load(new DataOptions { Source = "digits", TrainCount = 8000, TestCount = 1000 });
        var job = new Job { Epochs = 3, BatchSize = 64, Optimizer = "adam", Schedule = "cosine", Warmup = 50 };

        var trainer = new Trainer(job, data, workers: 2, model: model);
        var end = await trainer.RunAsync(new MemoryJobStore(trainer.State), happened =>
        {
            if (happened is EpochCompleted epoch)
            {
                output.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, held out {epoch.TestAccuracy:P1}");
            }
        });

        var first = trainer.State.Layout.Slots[0];
        var weights = trainer.State.Parameters.Span.Slice(first.Offset, first.Length);
        output.WriteLine(end is JobDone done ? $"{done.TestAccuracy:P1}, {done.Fingerprint}" : $"{end}");
        output.WriteLine($"{first.Name} {first.Shape}: {weights[0]}, {weights[1]}, …");
        // readme: end
        Assert.Contains(trainer.State.Fingerprint(), output.ToString(), StringComparison.Ordinal);
        Assert.Contains("epoch 3: loss", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("linear1.weight [784, 128]: ", output.ToString(), StringComparison.Ordinal);
        Assert.InRange(Assert.IsType<JobDone>(end).TestAccuracy!.Value, 0.9, 1);
    }

    [Fact]
    public void Graph_ComputesLossAndGradient_AsTheReadmeShows()
    {
        using var output = new StringWriter();
        // readme: graph
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var weights = graph.Parameter("weights", [2, 1], new HeUniformInitializer());
        var loss = (x.MatMul(weights) - 1f).Square().Sum().BatchSum();
        var gradient = graph.Gradients(loss, [weights])[0];

        var run = new GraphRun([loss, gradient], samples: 3);
        run.Set(x, [1, 2, 3, 4, 5, 6]);
        run.Set(weights, [1, -1]);
        run.Run();
        output.WriteLine($"loss {run.Get(loss)[0]}, gradient ({string.Join(", ", run.Get(gradient).ToArray())})");
        // readme: end
        Assert.Equal("loss 12, gradient (-36, -48)\n", output.ToString());
    }

    [Theory]
    [InlineData("job")]
    [InlineData("graph")]
    public void Readme_ShowsTheCompiledCode_WordForWord(string sample)
    {
        var source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ReadmeSampleTests.cs"));
        var start = source.IndexOf($"// readme: {sample}\n", StringComparison.Ordinal);
        var lines = source[start..source.IndexOf("// readme: end", start, StringComparison.Ordinal)].Split('\n')[1..^1];
        var shown = string.Join('\n', lines.Select(line => line.Length > 8 ? line[8..] : ""));
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        Assert.Contains($"```csharp\n{shown}\n```", readme, StringComparison.Ordinal);
    }
}
