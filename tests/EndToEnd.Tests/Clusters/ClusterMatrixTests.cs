using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Clusters;

/// <summary>Whatever the number of processes and threads, a cluster ends with what one process makes.</summary>
public sealed class ClusterMatrixTests : IDisposable
{
    // A network and samples that are small, and an epoch: what is tested is that nothing depends on the cut.
    private const string Digits = "--data digits --model mlp:32 --epochs 1 --json --run-dir";
    private const string Table =
        "--data csv:small.csv --model mlp:24,17 --batch-size 32 --microbatch-size 4 --epochs 4 --json --run-dir";

    private readonly Executable _distributed = new();

    [Fact]
    public void Fingerprint_IsThatOfOneProcess_WithTheEmbeddedDigitsOnFourProcesses()
    {
        var alone = _distributed.Run($"train {Digits} alone --workers 1");
        var cluster = _distributed.Run($"cluster {Digits} cluster --workers 4");

        Assert.Equal(alone.Fingerprint, cluster.Fingerprint);
        Assert.Equal(Metrics("alone"), Metrics("cluster"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fingerprint_IsThatOfOneProcess_WithOneToFourProcesses(int threads)
    {
        _distributed.WriteTable("small.csv");
        var alone = _distributed.Run($"train {Table} alone --workers 1");

        Assert.All(new[] { 1, 2, 3, 4 }, processes =>
        {
            var run = _distributed.Run(
                $"cluster {Table} c{processes} --workers {processes} --threads {threads}");
            Assert.Equal(alone.Fingerprint, run.Fingerprint);
            Assert.Equal(Metrics("alone"), Metrics($"c{processes}"));
            Assert.Equal(processes, run.Last.GetProperty("workers").GetInt32());
        });
        Assert.Empty(_distributed.Leftovers());
    }

    /// <summary>The job travels as a document: blocks of layers and the column of weights with it.</summary>
    [Fact]
    public void Fingerprint_IsThatOfOneProcess_WithResidualLayersAndWeights()
    {
        _distributed.WriteTable("small.csv");
        File.WriteAllText(_distributed.PathOf("job.yaml"), """
            data: csv:small.csv
            sample-weight: a
            batch-size: 32
            microbatch-size: 4
            epochs: 3
            layers:
              - residual:
                  layers: [linear: 6, tanh]
                  shortcut: [linear: 6]
              - linear: 3
            """);
        var alone = _distributed.Run("train --job job.yaml --json --run-dir alone --workers 1");
        var cluster = _distributed.Run("cluster --job job.yaml --json --run-dir cluster --workers 3");

        Assert.Equal(alone.Fingerprint, cluster.Fingerprint);
        Assert.Equal(Metrics("alone"), Metrics("cluster"));
    }

    public void Dispose() => _distributed.Dispose();

    private string Metrics(string folder) => File.ReadAllText(_distributed.PathOf($"{folder}/metrics.jsonl"));
}
