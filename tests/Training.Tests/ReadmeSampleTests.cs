using Distributed.Coordinator;
using Distributed.Engine.Backends;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Jobs;

namespace Distributed.Training.Tests;

/// <summary>The README's code is this code: compiled and run here, and compared with the file word for word.</summary>
public sealed class ReadmeSampleTests
{
    [Fact]
    public async Task Job_PrintsAccuraciesAndFingerprint_AsTheReadmeShows()
    {
        using var output = new StringWriter();
        // readme: job
        var job = new Job { Model = "mlp:128", Epochs = 2 };
        var trainer = new Trainer(job, DataCatalog.Load(job.DataOptions), workers: 2);
        var end = await trainer.RunAsync(
            new MemoryJobStore(trainer.State),
            happened => output.WriteLine(happened is EpochCompleted epoch ? $"{epoch.TestAccuracy:P1}" : ""));
        output.WriteLine(end is JobDone done ? done.Fingerprint : $"{end}");
        // readme: end
        Assert.Contains(trainer.State.Fingerprint(), output.ToString(), StringComparison.Ordinal);
        Assert.Contains(" %", output.ToString(), StringComparison.Ordinal);
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
