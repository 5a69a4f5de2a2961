using System.Text.Json;

namespace Distributed.Cli.Tests.Commands;

public sealed class TrainTests : IDisposable
{
    private readonly Harness _cli = new();

    public TrainTests() => _cli.WriteTable();

    /// <summary>At this rate not every epoch of sixty is better than the one before.</summary>
    [Fact]
    public void Train_SaysHowItLearnsAndThatItEndedEarly_WhenTheHeldOutLossNoLongerFalls()
    {
        var result = _cli.Run(
            [.. Harness.SmallJob, "--epochs", "60", "--learning-rate", "0.9", "--early-stop", "1",
                "--schedule", "step:5"]);

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Contains(
            "momentum with learning rate 0.9, schedule step:5, early-stop 1, seed 1", result.Out,
            StringComparison.Ordinal);
        Assert.Matches(
            @"\nended early after epoch \d+ of 60: the held-out loss no longer falls\ndone: \d+ steps", result.Out);
    }

    [Fact]
    public void Train_PrintsItsResult_WhenOutputIsNoTerminal()
    {
        var result = _cli.Run([.. Harness.ThreeEpochs, "--run-dir", "run"]);

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Equal("", result.Error);
        Assert.StartsWith("csv:small.csv (80 samples and 20 held out), mlp:8 (59 parameters)", result.Lines[0]);
        Assert.Equal(3, result.Lines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.Equal(64, result.Fingerprint.Length);
        Assert.Equal("run directory run", result.Lines[^1]);
        Assert.Equal(["checkpoints", "job.yaml", "metrics.jsonl"], Entries("run"));
        Assert.Equal(15, File.ReadLines(_cli.PathOf("run/metrics.jsonl")).Count());
    }

    [Fact]
    public void Train_PrintsJsonLinesOnly_WhenAskedFor()
    {
        var result = _cli.Run([.. Harness.ThreeEpochs, "--json"]);

        var events = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal("started", events[0].GetProperty("event").GetString());
        Assert.Equal(3, events.Count(line => line.GetProperty("event").GetString() == "epoch"));
        Assert.Equal(
            ["event", "steps", "epochs", "workers", "trainLoss", "testLoss", "testAccuracy", "samplesPerSecond",
                "seconds", "fingerprint"],
            events[^1].EnumerateObject().Select(field => field.Name));
        Assert.Equal("done", events[^1].GetProperty("event").GetString());
        Assert.Equal(12, events[^1].GetProperty("steps").GetInt64());
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void Train_GivesTheSameFingerprint_WhenRunFromItsOwnJobFile()
    {
        var first = _cli.Run([.. Harness.ThreeEpochs, "--seed", "5", "--run-dir", "first"]);

        var second = _cli.Run("train", "--job", "first/job.yaml", "--workers", "1", "--run-dir", "second");

        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(
            File.ReadAllText(_cli.PathOf("first/metrics.jsonl")),
            File.ReadAllText(_cli.PathOf("second/metrics.jsonl")));
        Assert.Equal(
            File.ReadAllText(_cli.PathOf("first/job.yaml")), File.ReadAllText(_cli.PathOf("second/job.yaml")));
    }

    [Fact]
    public void Train_PrefersTheCommandLine_WhenAJobFileSaysOtherwise()
    {
        _cli.Write("job.yaml", "data: csv:small.csv\nmodel: linear\nepochs: 9\nbatch-size: 24\nmicrobatch-size: 3\n");

        var result = _cli.Run("train", "--job", "job.yaml", "--epochs", "2", "--run-dir", "run");

        Assert.Contains("epoch 2/2", result.Out, StringComparison.Ordinal);
        Assert.Contains("epochs: 2\n", File.ReadAllText(_cli.PathOf("run/job.yaml")), StringComparison.Ordinal);
        Assert.Contains("model: 'linear'\n", File.ReadAllText(_cli.PathOf("run/job.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_LeavesAccuracyOut_WhenTheTaskIsRegression()
    {
        _cli.Write("line.csv",
            "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i / 50.0},{i / 25.0}\n")));

        var result = _cli.Run("train", "--data", "csv:line.csv", "--task", "regression", "--model", "linear",
            "--batch-size", "8", "--microbatch-size", "2", "--epochs", "2", "--run-dir", "run", "--json");

        var done = JsonDocument.Parse(result.Lines[^1]).RootElement;
        Assert.False(done.TryGetProperty("testAccuracy", out _));
        Assert.True(done.TryGetProperty("testLoss", out _));
        Assert.DoesNotContain(
            "ccuracy", File.ReadAllText(_cli.PathOf("run/metrics.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_RefusesTheRunDirectory_WhenSomethingIsInIt()
    {
        _cli.Write("run/precious.txt", "mine");

        var result = _cli.Run([.. Harness.ThreeEpochs, "--run-dir", "run"]);

        Assert.Equal(ExitCodes.UserMistake, result.Exit);
        Assert.Equal(
            $"distributed: --run-dir {_cli.PathOf("run")} is not empty: go on with that run with --resume, or choose "
            + "another directory\n",
            result.Error);
        Assert.Equal(["precious.txt"], Entries("run"));
    }

    [Fact]
    public void Train_StopsWithACheckpoint_WhenInterrupted()
    {
        _cli.OnLine = (line, interrupts) =>
        {
            if (line.StartsWith("epoch 2", StringComparison.Ordinal))
            {
                interrupts.OnSignal(2);
            }
        };

        var result = _cli.Run([.. Harness.SmallJob, "--epochs=5000", "--run-dir", "run"]);

        Assert.Equal(130, result.Exit);
        Assert.Contains("stopped after step", result.Lines[^2], StringComparison.Ordinal);
        Assert.Equal("go on with: distributed train --resume --run-dir run", result.Lines[^1]);
        Assert.NotEmpty(Directory.GetDirectories(_cli.PathOf("run/checkpoints")));
    }

    [Fact]
    public void Train_NamesStepLayerAndMicrobatch_WhenTheLossIsNotFinite()
    {
        _cli.Write("steep.csv",
            "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i * 100},{i * 2000}\n")));

        var result = _cli.Run("train", "--data", "csv:steep.csv", "--task", "regression", "--model", "mlp:4",
            "--learning-rate", "1e9", "--batch-size", "8", "--microbatch-size", "2");

        Assert.Equal(ExitCodes.NotFinite, result.Exit);
        Assert.Matches(
            @"^distributed: step \d+: the loss is (NaN|infinite), first in layer '\w+' \(.*\), micro-batch \d+; "
            + "it had no checkpoint yet; try a smaller --learning-rate\n$",
            result.Error);
    }

    [Fact]
    public void Interrupts_EndTheProcess_WhenThereIsASecondOne()
    {
        using var interrupts = new Interrupts();

        Assert.True(interrupts.OnSignal(15));
        Assert.False(interrupts.OnSignal(2));
        Assert.Equal(15, interrupts.Signal);
    }

    public void Dispose() => _cli.Dispose();

    private string[] Entries(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(_cli.PathOf(folder)).Select(Path.GetFileName).Order()!];
}
