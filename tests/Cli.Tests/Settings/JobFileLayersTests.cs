using Distributed.Cli.Settings;

namespace Distributed.Cli.Tests.Settings;

/// <summary>Models that a job file spells out: what they come to, and what is said about bad ones.</summary>
public sealed class JobFileLayersTests : IDisposable
{
    private readonly Harness _cli = new();

    [Fact]
    public void Layers_BecomeTheModel_InAllTheWaysOfWritingThem()
    {
        var path = _cli.Write("job.yaml", """
            epochs: 1
            layers:
              - flatten
              - linear: 32
                name: fc1
              - relu:
              - linear: {inputs: 32, outputs: 10, bias: false}
            """);

        var request = JobFile.Read(path).ApplyTo(TrainRequest.Default);

        Assert.Equal(
            "[flatten, fc1=linear(32), relu, linear(inputs=32,outputs=10,bias=false)]", request.Job.Model);
    }

    [Fact]
    public void Layers_TrainAsTheSameNamedModelDoes_AndTheRunsFileGivesThemBack()
    {
        _cli.Write("a.yaml", "epochs: 1\nlayers: [flatten, linear: 24, relu, linear: 10]\n");

        var spelled = _cli.Run("train", "--job", "a.yaml", "--workers", "2", "--run-dir", "a");
        var named = _cli.Run("train", "--model", "mlp:24", "--epochs", "1", "--workers", "2", "--run-dir", "b");
        var again = _cli.Run("train", "--job", "a/job.yaml", "--workers", "1", "--run-dir", "c");

        Assert.Equal(ExitCodes.Done, spelled.Exit);
        Assert.Equal(named.Fingerprint, spelled.Fingerprint);
        Assert.Equal(spelled.Fingerprint, again.Fingerprint);
    }

    /// <summary>Ten bad files, each with the lines it is told; FILE stands for its path.</summary>
    [Theory]
    [InlineData("layers: linear\n",
        "FILE:1:9: layers is a single value: needs a list, one layer per line, as - linear: 128")]
    [InlineData("layers: []\n", "FILE:1:9: layers is an empty list: needs a layer, as - linear: 128")]
    [InlineData("layers:\n  - flatten\n  - lineer: 10\n",
        "FILE:3:5: layer 2 'lineer': lineer is no layer: did you mean linear? "
        + "choose linear, relu, sigmoid, tanh, leaky-relu, gelu, silu, softplus, flatten, images, conv, maxpool, "
        + "avgpool, globalpool, batchnorm, layernorm, dropout")]
    [InlineData("layers:\n  - flatten\n  - linear: {output: 10}\n",
        "FILE:3:5: layer 2 'linear': linear has no argument output: did you mean outputs? "
        + "choose outputs, inputs, bias")]
    [InlineData("layers:\n  - flatten\n  - linear: ten\n",
        "FILE:3:5: layer 2 'linear': outputs 'ten' is no size: choose a whole number from 1")]
    [InlineData("layers:\n  - flatten\n  - linear: 12544\n  - linear: {inputs: 9216, outputs: 10}\n    name: fc1\n",
        "FILE:4:5: layer 3 'fc1': expects 9216 inputs, the layer before gives 12544")]
    [InlineData("layers:\n  - flatten\n  - linear: {inputs: 100, outputs: 10}\n",
        "FILE:3:5: layer 2 'linear': expects 100 inputs, the layer before gives 784")]
    [InlineData("layers:\n  - relu: 3\n  - tanh: {slope: 1}\n",
        "FILE:2:5: layer 1 'relu': relu takes no arguments, 3 was given",
        "FILE:3:5: layer 2 'tanh': tanh takes no arguments, slope was given")]
    [InlineData("layers:\n  - linear: 3\n    relu:\n  - [relu]\n  - name: fc1\n",
        "FILE:3:5: relu stands where a layer has its kind already, or no name: write one kind per item, "
        + "as - linear: 128",
        "FILE:4:5: a list stands where a layer is needed, as - linear: 128",
        "FILE:5:5: the layer has no kind: write one, as - linear: 128")]
    [InlineData("layers:\n  - flatten\n  - linear: 12\n",
        "FILE:1:1: layers its output has shape [batch, 12]: the data have 10 classes, so needs [batch, 10]")]
    [InlineData("model: linear\nlayers: [relu]\nepocs: 3\nepochs: 0\nseed: x\n",
        "FILE:2:1: layers is a second model, after FILE:1:1: model: leave one of them out",
        "FILE:3:1: epocs is no setting: did you mean epochs? choose ...",
        "FILE:5:7: seed 'x' is not a whole number in range: choose 0 to 18446744073709551615 (default 1)")]
    [InlineData("epochs: 0\noptimizer: adan\nschedule: cosin\nclip-norm: -1\nlayers: [linear, rely]\n",
        "FILE:1:1: epochs 0 is out of range: choose 1 to 1000000",
        "FILE:5:10: layer 1 'linear': outputs is missing: write linear(outputs, inputs, bias)",
        "FILE:5:18: layer 2 'rely': rely is no layer: did you mean relu? choose linear, relu, sigmoid, tanh, "
            + "leaky-relu, gelu, silu, softplus, flatten, images, conv, maxpool, avgpool, globalpool, batchnorm, "
            + "layernorm, dropout",
        "FILE:2:1: optimizer 'adan' is unknown: did you mean adam? choose ...")]
    public void JobFile_TellsEveryMistake_WithItsPlace(string text, params string[] lines)
    {
        var path = _cli.Write("job.yaml", text);

        var result = _cli.Run("train", "--job", "job.yaml");

        var told = result.Error.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length == told.Length, result.Error);
        foreach (var (line, seen) in lines.Zip(told))
        {
            var needed = $"distributed: {line.Replace("FILE", path, StringComparison.Ordinal)}";
            Assert.StartsWith(needed.Replace("choose ...", "choose ", StringComparison.Ordinal), seen,
                StringComparison.Ordinal);
            Assert.True(needed.EndsWith("...", StringComparison.Ordinal) || needed == seen, seen);
        }

        Assert.Equal(ExitCodes.UserMistake, result.Exit);
    }

    public void Dispose() => _cli.Dispose();
}
