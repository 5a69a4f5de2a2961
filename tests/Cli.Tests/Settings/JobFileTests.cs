using Distributed.Cli.Settings;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Tests.Settings;

public sealed class JobFileTests : IDisposable
{
    private const string Names = "choose data, model, workers, epochs, batch-size, microbatch-size, accumulate, loss, "
        + "reduction, optimizer, learning-rate, schedule, warmup, l1, l2, weight-decay, clip-value, clip-norm, "
        + "early-stop, restore-best, seed, holdout, label, sample-weight, task, standardize, layers";

    private readonly Harness _cli = new();

    [Theory]
    [InlineData("", "1:1: the file is empty: needs settings, one per line, as epochs: 20")]
    [InlineData("# nothing\n", "1:1: the file is empty: needs settings, one per line, as epochs: 20", true)]
    [InlineData("- epochs\n", "1:1: a list: needs settings, one per line, as epochs: 20")]
    [InlineData("epochs\n", "1:1: a single value: needs settings, one per line, as epochs: 20")]
    [InlineData("seed: 1\nepocs: 3\n", "2:1: epocs is no setting: did you mean epochs? " + Names)]
    [InlineData("frobnicate: 3\n", "1:1: frobnicate is no setting: " + Names)]
    [InlineData("epochs: ten\n", "1:9: epochs 'ten' is not a whole number in range: choose 1 to 1000000 (default 20)")]
    [InlineData("epochs: \"10\"\n", "1:9: epochs \"10\" is text: write it without quotes, as epochs: 20")]
    [InlineData("seed: 1\nepochs:\n", "2:8: epochs has no value: write one, as epochs: 20, or leave it out")]
    [InlineData("epochs: [1, 2]\n", "1:9: epochs is a list: needs one value, as epochs: 20")]
    [InlineData("model:\n  mlp: 512\n", "2:3: model is a mapping: needs one value, as model: mlp:512,512")]
    [InlineData("standardize: yes\n", "1:14: standardize 'yes' is not true or false: write true or false")]
    [InlineData("learning-rate: .nan\n",
        "1:16: learning-rate '.nan' is not a number: choose a number above 0 (default 0.05)")]
    [InlineData("? [a, b]\n: 3\n", "1:3: a list stands where a setting's name is needed")]
    [InlineData("epochs: 3\n---\nepochs: 4\n", "2:1: a second document starts: keep one job in a file")]
    public void JobFile_SaysWhereItIsWrong_WhenItIsMistaken(string text, string message, bool anyPlace = false)
    {
        var path = _cli.Write("job.yaml", text);

        var error = Assert.Single(JobFile.Read(path).Mistakes).ToString();

        if (anyPlace)
        {
            Assert.EndsWith(message[(message.IndexOf(' ') + 1)..], error, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal($"{path}:{message}", error);
        }
    }

    [Fact]
    public void JobFile_NamesBothPlaces_WhenAKeyIsThereTwice()
    {
        var path = _cli.Write("job.yaml", "epochs: 3\nseed: 2\nepochs: 3\n");

        var error = Assert.Throws<UserErrorException>(JobFile.Read(path).ThrowMistakes);

        Assert.Equal(
            $"{path}:3:1: epochs is there twice, first as {path}:1:1: epochs: leave one of them out", error.Message);
    }

    [Theory]
    [InlineData("epochs: 3\n\tseed: 2\n", ":1:")]
    [InlineData("data: 'digits\n", ":")]
    public void JobFile_NamesThePlace_WhenItIsNoYaml(string text, string place)
    {
        var path = _cli.Write("job.yaml", text);

        var error = Assert.Single(JobFile.Read(path).Mistakes).ToString();

        Assert.StartsWith(path + place, error, StringComparison.Ordinal);
        Assert.Contains("this is no YAML", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void JobFile_SaysWhere_WhenAValueIsOutOfRange()
    {
        var path = _cli.Write("job.yaml", "seed: 3\nepochs: 0\n");

        var result = _cli.Run("train", "--job", "job.yaml");

        Assert.Equal($"distributed: {path}:2:1: epochs 0 is out of range: choose 1 to 1000000\n", result.Error);
        Assert.Equal(ExitCodes.UserMistake, result.Exit);
    }

    [Fact]
    public void JobFile_ReadsBackTheSameJob_WhenWritten()
    {
        var job = new Job
        {
            Data = "csv:/a b/it's: #1.csv",
            Model = "mlp:3,4",
            Epochs = 7,
            LearningRate = 0.1f / 3,
            Seed = ulong.MaxValue,
            Holdout = 1 / 3.0,
            Label = "3",
            SampleWeight = "how often",
            Task = TaskKind.Regression,
            Standardize = true,
            Optimizer = "adam:0.8",
            Schedule = "cosine:0.1",
            Warmup = 7,
            L1 = 0.1f / 3,
            L2 = 1e-4f,
            WeightDecay = 0.01f,
            ClipNorm = 1.5f,
            Loss = "huber:0.5",
            Reduction = "sum",
            Accumulate = 3,
            EarlyStop = 2,
            RestoreBest = true,
        };
        var path = _cli.Write("job.yaml", JobFile.Write(new TrainRequest(job, 4)));

        Assert.Equal(new TrainRequest(job, null), JobFile.Read(path).ApplyTo(TrainRequest.Default));
    }

    public void Dispose() => _cli.Dispose();
}
