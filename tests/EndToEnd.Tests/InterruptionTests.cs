using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests;

/// <summary>Stopped or killed, then resumed, a run ends with the bits and metrics of one never stopped.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int Epochs = 1000;
    private const string Job =
        "train --data csv:small.csv --model mlp:24,17 --batch-size 32 --microbatch-size 4 --json";

    private readonly Executable _distributed = new();

    public InterruptionTests() => _distributed.WriteTable("small.csv");

    [Fact]
    public void Resume_EqualsNeverStopped_AfterAnInterrupt()
    {
        var whole = _distributed.Run($"{Job} --epochs {Epochs} --run-dir whole --workers 2");

        var stopped = _distributed.Run(
            $"{Job} --epochs {Epochs} --run-dir run --workers 3", (Signals.Interrupt, IsEpoch(3)));
        var hasCheckpoint = Directory.Exists(
            _distributed.PathOf(stopped.Last.GetProperty("checkpoint").GetString()!));
        var resumed = _distributed.Run("train --resume --run-dir run --workers 1 --json");

        Assert.Equal(130, stopped.Exit);
        Assert.Equal("stopped", stopped.Last.GetProperty("event").GetString());
        Assert.True(hasCheckpoint);
        Assert.Equal("started", Event(resumed.Lines[0]));
        Assert.Equal(whole.Fingerprint, resumed.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    [Fact]
    public void Resume_EqualsNeverStopped_AfterBeingKilled()
    {
        var whole = _distributed.Run($"{Job} --epochs {Epochs} --run-dir whole --workers 1");

        var killed = _distributed.Run(
            $"{Job} --epochs {Epochs} --run-dir run --workers 2",
            (Signals.Kill, line => Event(line) == "checkpoint"));
        var again = _distributed.Run(
            "train --resume --run-dir run --workers 4 --json", (Signals.Kill, line => Event(line) == "checkpoint"));
        var resumed = _distributed.Run("train --resume --run-dir run --workers 2 --json");

        Assert.Equal(137, killed.Exit);
        Assert.Equal(137, again.Exit);
        Assert.Equal(whole.Fingerprint, resumed.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    [Fact]
    public void LastGoodCheckpoint_IsKept_WhenTheLossIsNotFinite()
    {
        File.WriteAllText(
            _distributed.PathOf("steep.csv"),
            "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i * 20}\n")));

        // Momentum overshoots a little more with every step: many epochs pass before a loss overflows.
        var run = _distributed.Run(
            "train --data csv:steep.csv --task regression --model linear --learning-rate 0.005 --batch-size 8 "
            + "--microbatch-size 2 --epochs 1000 --run-dir run --json");
        var evaluated = _distributed.Run("eval run --json");

        Assert.Equal(3, run.Exit);
        Assert.Matches(
            @"^distributed: step \d+: the loss is (NaN|infinite), first in layer .loss. \(.*\), micro-batch \d+; "
            + "the last good checkpoint is kept; try a smaller --learning-rate\n$",
            run.Error);
        Assert.Equal("failed", run.Last.GetProperty("event").GetString());
        Assert.True(run.Last.TryGetProperty("checkpoint", out _));
        Assert.Equal(0, evaluated.Exit);
    }

    public void Dispose() => _distributed.Dispose();

    private static Func<string, bool> IsEpoch(int epoch) => line =>
    {
        var root = System.Text.Json.JsonDocument.Parse(line).RootElement;
        return root.GetProperty("event").GetString() == "epoch" && root.GetProperty("epoch").GetInt32() == epoch;
    };

    private static string Event(string line) =>
        System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!;

    private string Metrics(string folder) => File.ReadAllText(_distributed.PathOf($"{folder}/metrics.jsonl"));
}
