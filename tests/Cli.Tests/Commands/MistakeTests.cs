namespace Distributed.Cli.Tests.Commands;

/// <summary>Every mistake on a command line is a line, exit code 2, and leaves nothing behind.</summary>
public sealed class MistakeTests : IDisposable
{
    private const string SeeTrain = "see distributed train --help";

    private const string Layers = "choose linear, relu, sigmoid, tanh, leaky-relu, gelu, silu, softplus, softmax, "
        + "log-softmax, flatten, images, conv, maxpool, avgpool, globalpool, batchnorm, layernorm, dropout, embedding, "
        + "residual";

    private readonly Harness _cli = new();

    private const string Commands = "choose train, eval, example, bench, cluster, coordinator, worker, submit, status, "
        + "watch, stop or checkpoint; see distributed --help";

    [Theory]
    [InlineData("trein", "'trein' is no command: did you mean train? " + Commands)]
    [InlineData("dance", "'dance' is no command: " + Commands)]
    [InlineData("--json", "--json is no option of distributed: it is one of distributed train")]
    [InlineData("--epochs 3", "--epochs is no option of distributed: it is one of distributed train")]
    [InlineData("example derivate",
        "there is no example 'derivate': did you mean derivative? distributed example lists them")]
    [InlineData("example circle --out", "--out has no value: write one behind it; see distributed example --help")]
    [InlineData("bench gem",
        "'gem' is nothing that bench measures: did you mean gemm? choose peak, gemm, layers, scaling")]
    [InlineData("bench --seconds 0", "--seconds 0 is out of range: choose a number above 0 up to 3600 (default 10)")]
    [InlineData("bench --seconds long",
        "--seconds long is out of range: choose a number above 0 up to 3600 (default 10)")]
    [InlineData("bench --secnds 3",
        "--secnds is no option of distributed bench: did you mean --seconds? see distributed bench --help")]
    [InlineData("bench --epochs 3", "--epochs is no option of distributed bench: it is one of distributed train")]
    [InlineData("bench --model [flatten,linear(5),linear(10,inputs=6)]",
        "--model layer 3 'linear': expects 6 inputs, the layer before gives 5")]
    [InlineData("bench --batch-size 0", "--batch-size 0 is out of range: choose 1 to 1000000")]
    [InlineData("train --epocs 3", "--epocs is no option of distributed train: did you mean --epochs? " + SeeTrain)]
    [InlineData("train --batchsize=3",
        "--batchsize is no option of distributed train: did you mean --batch-size? " + SeeTrain)]
    [InlineData("train --frobnicate", "--frobnicate is no option of distributed train: " + SeeTrain)]
    [InlineData("train --version", "--version is no option of distributed train: " + SeeTrain)]
    [InlineData("train digits",
        "'digits' is not expected by distributed train: values follow their option, as --epochs 5; " + SeeTrain)]
    [InlineData("train --epochs 3 4",
        "'4' is not expected by distributed train: values follow their option, as --epochs 5; " + SeeTrain)]
    [InlineData("train --resume yes",
        "'yes' is not expected by distributed train: values follow their option, as --epochs 5; " + SeeTrain)]
    [InlineData("train @file",
        "'@file' is not expected by distributed train: values follow their option, as --epochs 5; " + SeeTrain)]
    [InlineData("train --epochs", "--epochs has no value: write one behind it; " + SeeTrain)]
    [InlineData("train --run-dir --json", "--run-dir has no value: write one behind it; " + SeeTrain)]
    [InlineData("train --epochs 3 --epochs 4", "--epochs is given 2 times: give it once")]
    [InlineData("train --epochs ten",
        "--epochs 'ten' is not a whole number in range: choose 1 to 1000000 (default 20)")]
    [InlineData("train --epochs 2.5",
        "--epochs '2.5' is not a whole number in range: choose 1 to 1000000 (default 20)")]
    [InlineData("train --epochs 99999999999",
        "--epochs '99999999999' is not a whole number in range: choose 1 to 1000000 (default 20)")]
    [InlineData("train --epochs 0", "--epochs 0 is out of range: choose 1 to 1000000")]
    [InlineData("train --epochs -3", "--epochs -3 is out of range: choose 1 to 1000000")]
    [InlineData("train --batch-size 0", "--batch-size 0 is out of range: choose 1 to 1000000")]
    [InlineData("train --microbatch-size 0", "--microbatch-size 0 is out of range: choose 1 to 1000000")]
    [InlineData("train --microbatch-size 257", "--microbatch-size 257 is more than --batch-size 256: choose 1 to 256")]
    [InlineData("train --learning-rate fast",
        "--learning-rate 'fast' is not a number: choose a number above 0 (default 0.05)")]
    [InlineData("train --learning-rate NaN",
        "--learning-rate NaN is out of range: choose a number above 0 (default 0.05)")]
    [InlineData("train --learning-rate 0",
        "--learning-rate 0 is out of range: choose a number above 0 (default 0.05)")]
    [InlineData("train --learning-rate 1e99",
        "--learning-rate Infinity is out of range: choose a number above 0 (default 0.05)")]
    [InlineData("train --seed -1",
        "--seed '-1' is not a whole number in range: choose 0 to 18446744073709551615 (default 1)")]
    [InlineData("train --holdout half",
        "--holdout 'half' is not a number: choose a fraction above 0 and below 1 (default 0.2)")]
    [InlineData("train --holdout 0.5",
        "--holdout does not apply to --data digits: the held-out digits are drawn apart; set --test-count; "
        + "leave --holdout out")]
    [InlineData("train --data csv:x.csv --holdout 1.5",
        "--holdout 1.5 is out of range: choose a fraction above 0 and below 1 (default 0.2)")]
    [InlineData("train --task clasification",
        "--task 'clasification' is not a task: did you mean classification? choose classification or regression")]
    [InlineData("train --standardize",
        "--standardize does not apply to --data digits: pixels are already scaled to 0 to 1; leave --standardize out")]
    [InlineData("train --model transformer",
        "--model 'transformer' is unknown: choose linear, mlp: with widths as mlp:512,512, cnn, lenet5, resnet: "
        + "with blocks as resnet:1, or layers as [linear(64), relu, linear(10)]")]
    [InlineData("train --model resnet:0",
        "--model 'resnet:0': '0' is no number of blocks: choose 1 to 50, as resnet:1")]
    [InlineData("train --optimizer adan",
        "--optimizer 'adan' is unknown: did you mean adam? choose sgd, momentum[:DECAY], nesterov[:DECAY], "
        + "rmsprop[:SMOOTHING,EPSILON], adagrad[:EPSILON], adam[:DECAY1,DECAY2,EPSILON], "
        + "adamw[:DECAY1,DECAY2,EPSILON]")]
    [InlineData("train --optimizer adam:2",
        "--optimizer 'adam:2': first decay 2 is out of range: choose 0 up to below 1")]
    [InlineData("train --optimizer sgd:0.9", "--optimizer 'sgd:0.9' has 1 numbers: sgd takes 0; write sgd")]
    [InlineData("train --schedule cosin",
        "--schedule 'cosin' is unknown: did you mean cosine? choose constant, step[:EPOCHS,FACTOR], "
        + "exponential[:FACTOR], cosine[:LEAST], plateau[:PATIENCE,FACTOR,THRESHOLD]")]
    [InlineData("train --schedule step:1.5", "--schedule 'step:1.5': 1.5 is not a whole number")]
    [InlineData("train --warmup -1", "--warmup -1 is out of range: choose 0 or more steps")]
    [InlineData("train --clip-norm 0", "--clip-norm 0 is out of range: choose a number above 0 (default none)")]
    [InlineData("train --clip-norm 1 --clip-value 1",
        "--clip-norm does not go with --clip-value: choose one of them")]
    [InlineData("train --epochs x --seed y --warmup -1",
        "--epochs 'x' is not a whole number in range: choose 1 to 1000000 (default 20)",
        "--seed 'y' is not a whole number in range: choose 0 to 18446744073709551615 (default 1)",
        "--warmup -1 is out of range: choose 0 or more steps")]
    [InlineData("train --restore-best --clip-norm 1 --clip-value 1 --label a --sample-weight b",
        "--clip-norm does not go with --clip-value: choose one of them",
        "--restore-best goes with --early-stop only: add it, as --early-stop 5",
        "--label does not apply to --data digits: digits always come with their class; leave --label out",
        "--sample-weight does not apply to --data digits: it names a column of a table; all samples count alike here; "
        + "leave --sample-weight out")]
    [InlineData("train --model [linear(64),",
        "--model cannot be read at character 13, behind '[linear(64),': a layer is needed; write layers as "
        + "[flatten, linear(64), relu, linear(10)]")]
    [InlineData("train --model [linear(64)",
        "--model cannot be read at character 12, behind '[linear(64)': a comma between layers, or ] at the end, is "
        + "needed; write layers as [flatten, linear(64), relu, linear(10)]")]
    [InlineData("train --model mlp:1000000,1000000",
        "--model does not fit the data: it has more values than one tensor may hold, 2147483647: choose smaller "
        + "sizes")]
    [InlineData("train --weight-decay -1", "--weight-decay -1 is out of range: choose 0 or more (default 0)")]
    [InlineData("train --early-stop 0", "--early-stop 0 is out of range: choose 1 to 1000000")]
    [InlineData("train --reduction min", "--reduction 'min' is unknown: choose mean or sum")]
    [InlineData("train --loss huber",
        "--loss huber does not go with these data: it needs numbers to predict, not classes; choose another loss")]
    [InlineData("train --loss huber:0", "--loss 'huber:0': delta 0 is out of range: choose a number above 0")]
    [InlineData("train --model [flatten,linear(5),lineer(10)]",
        "--model layer 3 'lineer': lineer is no layer: did you mean linear? " + Layers)]
    [InlineData("train --model [flatten,linear(784,bias=1)]",
        "--model layer 2 'linear': bias '1' is not true or false")]
    [InlineData("train --model [images,conv(4,3)]",
        "--model layer 2 'conv': 3 stands without a name: only the first argument, filters, may; write size=3")]
    [InlineData("train --model mlp:5,x",
        "--model 'mlp:5,x': 'x' is no layer width: choose whole numbers from 1 to 1000000, as mlp:512,512")]
    [InlineData("train --data digit",
        "--data digit is unknown: did you mean digits? choose digits, idx:DIR or csv:FILE")]
    [InlineData("train --workers 0", "--workers 0 is out of range: choose 1 to 1024")]
    [InlineData("train --workers 17",
        "--workers 17 is more than the 16 micro-batches of a step (256 samples in micro-batches of 16): choose at most "
        + "16, or a larger --batch-size")]
    [InlineData("train --resume",
        "--resume: there is no run in {folder}/runs: give the directory of an earlier run with --run-dir")]
    [InlineData("train --resume --run-dir gone",
        "--resume: there is no directory {folder}/gone: give the one of an earlier run with --run-dir")]
    [InlineData("eval",
        "eval needs a CHECKPOINT: give the directory of a run or of one checkpoint, as distributed eval "
        + "runs/NAME")]
    [InlineData("eval gone", "there is no checkpoint gone: give the directory of a run or of one checkpoint")]
    [InlineData("eval gone --epochs 3", "--epochs is no option of distributed eval: it is one of distributed train")]
    public void CommandLine_SaysWhatIsWrong_WhenItIsMistaken(string arguments, params string[] lines)
    {
        var result = _cli.Run(arguments.Split(' '));

        var needed = lines.Select(line => $"distributed: {line.Replace("{folder}", _cli.Folder)}\n");
        Assert.Equal(string.Concat(needed), result.Error);
        Assert.Equal(ExitCodes.UserMistake, result.Exit);
        Assert.Empty(result.Out);
        Assert.False(HasRuns);
    }

    [Theory]
    [InlineData("train --data csv:gone.csv")]
    [InlineData("train --data idx:gone")]
    [InlineData("train --job gone.yaml")]
    [InlineData("train --run-dir /proc/none/here")]
    [InlineData("train --run-dir /etc/passwd")]
    public void Train_SaysSoInOneLine_WhenAPathIsOfNoUse(string arguments)
    {
        var result = _cli.Run(arguments.Split(' '));

        Assert.Equal(ExitCodes.UserMistake, result.Exit);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
        Assert.Empty(result.Out);
        Assert.False(HasRuns);
    }

    [Fact]
    public void Help_NamesEveryOption_WhenAskedFor()
    {
        var result = _cli.Run("train", "--help", "--epochs", "nonsense");

        Assert.Equal(ExitCodes.Done, result.Exit);
        foreach (var setting in Cli.Settings.JobSettings.All)
        {
            Assert.Contains($"--{setting.Name}", result.Out, StringComparison.Ordinal);
        }

        Assert.All(result.Lines, line => Assert.True(line.Length <= 120, line));
        Assert.Contains("CHECKPOINT", _cli.Run("eval", "-h").Out, StringComparison.Ordinal);
        Assert.Contains("distributed train", _cli.Run().Out, StringComparison.Ordinal);
        Assert.Matches(@"^distributed \d+\.\d+\.\d+\n$", _cli.Run("--version").Out);
    }

    public void Dispose() => _cli.Dispose();

    private bool HasRuns =>
        Directory.Exists(_cli.PathOf("runs")) && Directory.EnumerateDirectories(_cli.PathOf("runs")).Any();
}
