using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests;

/// <summary>One job, one fingerprint: whatever the number of workers and whatever the processor can do.</summary>
public sealed class FingerprintTests : IDisposable
{
    private const string Job =
        "train --data csv:small.csv --model mlp:24,17 --batch-size 32 --microbatch-size 4 --epochs 4 --json --run-dir ";

    private readonly Executable _distributed = new();

    public FingerprintTests() => _distributed.WriteTable("small.csv");

    [Fact]
    public void Fingerprint_IsTheSame_WithAnyNumberOfWorkers()
    {
        var expected = _distributed.Run($"{Job}w1 --workers 1").Fingerprint;

        Assert.All(
            new[] { 2, 3, 4, 5, 7, 8 },
            workers => Assert.Equal(expected, _distributed.Run($"{Job}w{workers} --workers {workers}").Fingerprint));
        Assert.Equal(File.ReadAllText(Metrics("w1")), File.ReadAllText(Metrics("w7")));
    }

    [Fact]
    public void Fingerprint_IsTheSame_WithoutVectorInstructions()
    {
        var expected = _distributed.Run($"{Job}all --workers 2").Fingerprint;

        Assert.All(
            new[] { "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic" },
            name => Assert.Equal(
                expected, _distributed.Run($"{Job}{name} --workers 3", switchedOff: name).Fingerprint));
    }

    [Fact]
    public void LastLine_HasTheSpecifiedFields_AndNothingElse()
    {
        var run = _distributed.Run($"{Job}fields");

        Assert.Equal(0, run.Exit);
        Assert.Equal(
            ["event", "steps", "epochs", "workers", "trainLoss", "testLoss", "testAccuracy", "samplesPerSecond",
                "seconds", "fingerprint"],
            run.Last.EnumerateObject().Select(field => field.Name));
        Assert.Equal("done", run.Last.GetProperty("event").GetString());
        Assert.Matches("^[0-9a-f]{64}$", run.Fingerprint);
        Assert.Equal("", run.Error);
    }

    public void Dispose() => _distributed.Dispose();

    private string Metrics(string folder) => _distributed.PathOf($"{folder}/metrics.jsonl");
}
