namespace Distributed.Cli.Tests.Commands;

/// <summary>Stopped and resumed equals never stopped, in bits and in metrics.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly Harness _cli = new();

    public ResumeTests() => _cli.WriteTable();

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 2)]
    public void Resume_EqualsNeverStopped_WhenInterruptedOnce(int before, int after)
    {
        var whole = Train("whole", 400, 2);
        _cli.OnLine = StopAtEpoch("epoch 2");
        Assert.Equal(130, _cli.Run([.. Job(400), "--run-dir", "run", "--workers", $"{before}"]).Exit);
        _cli.OnLine = null;

        var result = _cli.Run("train", "--resume", "--run-dir", "run", "--workers", $"{after}");

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Equal(whole.Fingerprint, result.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    /// <summary>Corrections, rates and what is best so far are those of the committed steps.</summary>
    [Theory]
    [InlineData("--optimizer adam --clip-norm 0.5 --warmup 10 --schedule cosine --loss cross-entropy:0.1")]
    [InlineData("--optimizer rmsprop --schedule plateau:0,0.9 --early-stop 3000 --restore-best --accumulate 2")]
    public void Resume_EqualsNeverStopped_WithEverythingThatGoesByTheStep(string options)
    {
        string[] job = [.. Job(3000), .. options.Split(' '), "--learning-rate", "0.01"];
        var whole = _cli.Run([.. job, "--run-dir", "whole", "--workers", "2"]);
        _cli.OnLine = StopAtEpoch("epoch 2");
        Assert.Equal(130, _cli.Run([.. job, "--run-dir", "run", "--workers", "3"]).Exit);
        _cli.OnLine = null;

        var result = _cli.Run("train", "--resume", "--run-dir", "run", "--workers", "1");

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Equal(whole.Fingerprint, result.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    /// <summary>The end had the best parameters in front; going on takes the last ones again.</summary>
    [Fact]
    public void Resume_EqualsALongerRun_WhenTheShorterOneRestoredItsBest()
    {
        string[] options = ["--early-stop", "9", "--restore-best", "--learning-rate", "0.9", "--workers", "2"];
        var whole = _cli.Run([.. Job(9), .. options, "--run-dir", "whole"]);
        for (var epochs = 2; epochs <= 9; epochs++)
        {
            Assert.Equal(ExitCodes.Done, epochs == 2
                ? _cli.Run([.. Job(2), .. options, "--run-dir", "run"]).Exit
                : _cli.Run("train", "--resume", "--run-dir", "run", "--epochs", $"{epochs}").Exit);
        }

        Assert.Equal(whole.Fingerprint, _cli.Run("train", "--resume", "--run-dir", "run").Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    [Fact]
    public void Resume_RefusesOtherEpochs_WhenTheScheduleGoesByTheEnd()
    {
        _cli.Run([.. Job(2), "--schedule", "cosine", "--run-dir", "run"]);

        var result = _cli.Run("train", "--resume", "--run-dir", "run", "--epochs", "5");

        Assert.Equal(
            "distributed: --epochs 5 does not go with --resume: --schedule 'cosine' ends with epoch 2; leave it out, "
            + "or start a new run\n",
            result.Error);
        Assert.Equal(ExitCodes.UserMistake, result.Exit);
    }

    [Fact]
    public void Resume_EqualsNeverStopped_WhenTheNewestCheckpointIsDamaged()
    {
        var whole = Train("whole", 3, 2);
        Train("run", 3, 2);
        var newest = Directory.GetDirectories(_cli.PathOf("run/checkpoints")).Max()!;
        var model = Path.Combine(newest, "model.safetensors");
        var bytes = File.ReadAllBytes(model);
        bytes[^1] ^= 1;
        File.WriteAllBytes(model, bytes);

        var result = _cli.Run("train", "--resume", "--run-dir", "run");

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Contains("is damaged", result.Error, StringComparison.Ordinal);
        Assert.Contains("going on from step-", result.Error, StringComparison.Ordinal);
        Assert.Equal(whole.Fingerprint, result.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    [Fact]
    public void Resume_EqualsALongerRun_WhenEpochsAreRaised()
    {
        var whole = Train("whole", 5, 2);
        Train("run", 2, 2);

        var result = _cli.Run("train", "--resume", "--run-dir", "run", "--epochs", "5");

        Assert.Equal(whole.Fingerprint, result.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
        Assert.Equal(File.ReadAllText(_cli.PathOf("whole/job.yaml")), File.ReadAllText(_cli.PathOf("run/job.yaml")));
    }

    [Fact]
    public void Resume_SaysSoAndMeasuresAgain_WhenAllIsDone()
    {
        var done = Train("run", 2, 2);
        var metrics = Metrics("run");

        var result = _cli.Run("train", "--resume", "--run-dir", "run");

        Assert.Equal(ExitCodes.Done, result.Exit);
        Assert.Equal("all 8 steps are done already: measuring the result again\n", result.Error);
        Assert.Equal(done.Fingerprint, result.Fingerprint);
        Assert.Equal(metrics, Metrics("run"));
    }

    [Fact]
    public void Resume_StartsFromTheBeginning_WhenThereIsNoCheckpointYet()
    {
        var whole = Train("whole", 3, 2);
        _cli.Write("run/job.yaml", File.ReadAllText(_cli.PathOf("whole/job.yaml")));
        _cli.Write("run/metrics.jsonl", "{\"step\":1,\"epoch\":1,\"loss\":9}\n{\"step\":2,");

        var result = _cli.Run("train", "--resume", "--run-dir", "run");

        Assert.Contains("no checkpoint yet", result.Error, StringComparison.Ordinal);
        Assert.Equal(whole.Fingerprint, result.Fingerprint);
        Assert.Equal(Metrics("whole"), Metrics("run"));
    }

    [Fact]
    public void Resume_TakesTheNewestRun_WhenNoneIsNamed()
    {
        _cli.Run([.. Job(1)]);
        var second = _cli.Run([.. Job(1), "--seed", "2"]);

        var result = _cli.Run("train", "--resume");

        Assert.Equal(second.Fingerprint, result.Fingerprint);
    }

    [Theory]
    [InlineData("--seed 2", "--seed 2 does not go with --resume: the run has 1; leave it out, or start a new run")]
    [InlineData("--learning-rate 0.1",
        "--learning-rate 0.1 does not go with --resume: the run has 0.05; leave it out, or start a new run")]
    [InlineData("--standardize",
        "--standardize true does not go with --resume: the run has none; leave it out, or start a new run")]
    [InlineData("--data digits",
        "--data digits does not go with --resume: the run has csv:{folder}/small.csv; leave it out, or start "
        + "a new run")]
    [InlineData("--epochs 1", "--epochs 1 is less than the 2 that the run has begun: choose at least 2")]
    public void Resume_NamesOptionAndBothValues_WhenOneWouldChangeTheBits(string option, string line)
    {
        Train("run", 2, 2);

        var result = _cli.Run(["train", "--resume", "--run-dir", "run", .. option.Split(' ')]);

        Assert.Equal($"distributed: {line.Replace("{folder}", _cli.Folder)}\n", result.Error);
        Assert.Equal(ExitCodes.UserMistake, result.Exit);
    }

    [Fact]
    public void Resume_Refuses_WhenTheDataHaveChanged()
    {
        Train("run", 2, 2);
        _cli.WriteTable("other.csv", shift: 1);
        _cli.WriteTable("copy.csv");

        var changed = _cli.Run("train", "--resume", "--run-dir", "run", "--data", "csv:other.csv");
        var moved = _cli.Run("train", "--resume", "--run-dir", "run", "--data", "csv:copy.csv");

        Assert.Equal(ExitCodes.UserMistake, changed.Exit);
        Assert.Matches(
            @"^distributed: --resume: the data of --data csv:\S+/other.csv are not those of the run, --data "
            + @"csv:\S+/small.csv: content hash [0-9a-f]{12}…, needed [0-9a-f]{12}…; restore them, or "
            + @"start a new run\n$",
            changed.Error);
        Assert.Equal(ExitCodes.Done, moved.Exit);
    }

    [Fact]
    public void Eval_MeasuresWhatTrainingPrinted_WhenGivenTheRunOrItsCheckpoint()
    {
        Train("run", 2, 2);
        var trained = _cli.Run("train", "--resume", "--run-dir", "run", "--json").Lines[^1];

        var ofRun = _cli.Run("eval", "run", "--json");
        var ofCheckpoint = _cli.Run("eval", "run/checkpoints/step-000000008", "--json");

        var (done, evaluated) = (Parse(trained), Parse(ofRun.Lines.Single()));
        Assert.Equal(done.GetProperty("testLoss").GetRawText(), evaluated.GetProperty("loss").GetRawText());
        Assert.Equal(done.GetProperty("testAccuracy").GetRawText(), evaluated.GetProperty("accuracy").GetRawText());
        Assert.Equal(20, evaluated.GetProperty("samples").GetInt32());
        Assert.Equal(ofRun.Out, ofCheckpoint.Out);
        Assert.Contains("20 held-out samples of csv:small.csv: loss", _cli.Run("eval", "run").Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Eval_SaysWhatIsNeeded_WhenTheDataDoNotFit()
    {
        Train("run", 1, 2);
        _cli.Write("wide.csv", "a,b,c,d,kind\n" + string.Concat(Enumerable.Repeat("1,2,3,4,low\n2,3,4,5,left\n", 9)));
        _cli.Write("binary.csv", "a,b,c,kind\n" + string.Concat(Enumerable.Repeat("1,2,3,low\n2,3,4,left\n", 9)));

        var wide = _cli.Run("eval", "run", "--data", "csv:wide.csv");
        var binary = _cli.Run("eval", "run", "--data", "csv:binary.csv");

        Assert.Equal(ExitCodes.UserMistake, wide.Exit);
        Assert.EndsWith(
            "wide.csv has samples of shape [4]: the checkpoint's model needs [3]; give data like those it was trained "
            + "on\n",
            wide.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "binary.csv has 2 classes: the checkpoint's model needs 3 classes; give data like those it was trained "
            + "on\n",
            binary.Error, StringComparison.Ordinal);
    }

    /// <summary>One row at a time: with statistics of its own, every row would standardise to zeros.</summary>
    [Fact]
    public void Eval_StandardizesOtherDataAsTheTrainingData_WhenTheModelWasTrainedSo()
    {
        _cli.Run([.. Job(2), "--standardize", "--run-dir", "run"]);
        var rows = File.ReadAllLines(_cli.PathOf("small.csv"));
        _cli.Write("whole.csv", string.Join('\n', rows) + "\n");
        _cli.Write("half.csv", string.Join('\n', rows[..51]) + "\n");
        _cli.Write("rest.csv", string.Join('\n', [rows[0], .. rows[51..]]) + "\n");

        var whole = Evaluated("whole.csv");
        var (half, rest) = (Evaluated("half.csv"), Evaluated("rest.csv"));

        Assert.Equal((100, 50, 50), (whole.Samples, half.Samples, rest.Samples));
        Assert.Equal(whole.Loss, (half.Loss + rest.Loss) / 2, 1e-6);
        Assert.NotEqual(half.Loss, rest.Loss, 1e-6);
    }

    [Fact]
    public void Eval_Refuses_WhenTheClassesOfOtherDataHaveOtherNames()
    {
        Train("run", 1, 2);
        var text = File.ReadAllText(_cli.PathOf("small.csv"));
        _cli.Write("other.csv", text.Replace("low", "deep", StringComparison.Ordinal));

        var result = _cli.Run("eval", "run", "--data", "csv:other.csv");

        Assert.Equal(ExitCodes.UserMistake, result.Exit);
        Assert.EndsWith(
            "other.csv has the classes deep, left, right: the checkpoint's model was trained on left, low, right; "
            + "give data with the same classes\n",
            result.Error,
            StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();

    private static System.Text.Json.JsonElement Parse(string line) =>
        System.Text.Json.JsonDocument.Parse(line).RootElement;

    private static Action<string, Interrupts> StopAtEpoch(string start) => (line, interrupts) =>
    {
        if (line.StartsWith(start, StringComparison.Ordinal))
        {
            interrupts.OnSignal(2);
        }
    };

    private static string[] Job(int epochs) => [.. Harness.SmallJob, "--epochs", $"{epochs}"];

    private CliResult Train(string folder, int epochs, int workers)
    {
        var result = _cli.Run([.. Job(epochs), "--run-dir", folder, "--workers", $"{workers}"]);
        Assert.Equal(ExitCodes.Done, result.Exit);
        return result;
    }

    private string Metrics(string folder) => File.ReadAllText(_cli.PathOf($"{folder}/metrics.jsonl"));

    private (int Samples, double Loss) Evaluated(string table)
    {
        var line = Parse(_cli.Run("eval", "run", "--json", "--data", $"csv:{table}").Lines.Single());
        return (line.GetProperty("samples").GetInt32(), line.GetProperty("loss").GetDouble());
    }
}
