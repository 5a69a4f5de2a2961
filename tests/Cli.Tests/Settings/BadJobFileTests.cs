using Distributed.Cli.Settings;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Tests.Settings;

/// <summary>
/// Goal: whoever reads what is said of a bad file can mend it at once. Method: whole command lines on tables of bad
/// files; every line that comes is there, and no other. FILE stands for the file's path, "..." at the end for the rest
/// of a list of choices.
/// </summary>
public sealed class BadJobFileTests : IDisposable
{
    private const string Kinds = "choose linear, relu, sigmoid, tanh, leaky-relu, gelu, silu, softplus, softmax, "
        + "log-softmax, flatten, images, conv, maxpool, avgpool, globalpool, batchnorm, layernorm, dropout, embedding, "
        + "residual";

    private readonly Harness _cli = new();

    public static TheoryData<string, string[]> Files => new()
    {
        { "layers: linear\n",
            ["FILE:1:9: layers is a single value: needs a list, one layer per line, as - linear: 128"] },
        { "layers: []\n", ["FILE:1:9: layers is an empty list: needs a layer, as - linear: 128"] },
        { "layers:\n  - flatten\n  - lineer: 10\n",
            ["FILE:3:5: layer 2 'lineer': lineer is no layer: did you mean linear? " + Kinds] },
        { "layers:\n  - flatten\n  - linear: {output: 10}\n",
            ["FILE:3:14: layer 2 'linear': linear has no argument output: did you mean outputs? "
                + "choose outputs, inputs, bias"] },
        { "layers:\n  - flatten\n  - linear: ten\n",
            ["FILE:3:13: layer 2 'linear': outputs 'ten' is not a whole number from 1"] },
        { "layers:\n  - relu: 3\n  - tanh: {slope: 1}\n",
            ["FILE:2:11: layer 1 'relu': relu takes no arguments, 3 was given: write relu alone",
                "FILE:3:12: layer 2 'tanh': tanh takes no arguments, slope was given: write tanh alone"] },
        { "layers:\n  - linear: 3\n    relu:\n  - [relu]\n  - name: fc1\n  - {name: a, name: b, relu: }\n",
            ["FILE:3:5: relu stands where a layer has its kind already: write one kind per item, as - linear: 128",
                "FILE:4:5: a list stands where a layer is needed, as - linear: 128",
                "FILE:5:5: the layer has no kind: write one, as - linear: 128",
                "FILE:6:15: name is there twice, or is no single value: write one name per layer, as name: fc1"] },
        { "layers:\n  - residual: 3\n  - residual: {layers: [], shortcut: {relu: 1}}\n  - linear: [relu]\n",
            ["FILE:2:15: layer 1 'residual': layers '3' is not a list of layers",
                "FILE:3:38: shortcut is a mapping: needs one value, or a list of layers",
                "FILE:4:13: layer 3 'linear': outputs is a list: needs a whole number from 1"] },
        { "layers:\n  - {linear: 10, name: a}\n  - {relu: , name: a}\n  - relu\n  - {tanh: , name: relu2}\n",
            ["FILE:3:6: layer 2 'a': the name a is taken, by layer 1: choose another",
                "FILE:5:6: layer 4 'relu2': the name relu2 is taken, by layer 3: choose another"] },
        { "model: linear\nlayers: [relu]\nepocs: 3\nepochs: 0\nseed: x\n",
            ["FILE:2:1: layers is a second model, after FILE:1:1: model: leave one of them out",
                "FILE:3:1: epocs is no setting: did you mean epochs? choose ...",
                "FILE:4:1: epochs 0 is out of range: choose 1 to 1000000",
                "FILE:5:7: seed 'x' is not a whole number in range: choose 0 to 18446744073709551615 (default 1)"] },
        { "epochs: 0\noptimizer: adan\nschedule: cosin\nclip-norm: -1\nwarmpu: 3\nlayers: [linear, rely]\n",
            ["FILE:1:1: epochs 0 is out of range: choose 1 to 1000000",
                "FILE:2:1: optimizer 'adan' is unknown: did you mean adam? choose ...",
                "FILE:3:1: schedule 'cosin' is unknown: did you mean cosine? choose ...",
                "FILE:4:1: clip-norm -1 is out of range: choose a number above 0 (default none)",
                "FILE:5:1: warmpu is no setting: did you mean warmup? choose ...",
                "FILE:6:10: layer 1 'linear': outputs is missing: write linear(outputs, inputs, bias)",
                "FILE:6:18: layer 2 'rely': rely is no layer: did you mean relu? " + Kinds] },
        { "batch-size: 8\nlabel: price\nrestore-best: true\nclip-norm: 1\nclip-value: 2\n"
            + "layers: [flatten, linear: 3]\n",
            ["FILE:1:1: batch-size: --microbatch-size 16 is more than --batch-size 8: choose 1 to 8",
                "FILE:2:1: label does not apply to --data digits: digits always come with their class; leave --label "
                + "out",
                "FILE:3:1: restore-best goes with --early-stop only: add it, as --early-stop 5",
                "FILE:4:1: clip-norm does not go with --clip-value: choose one of them"] },
        { "? [a, b]\n: 3\nepochs: 0\nlayers:\n  - ? {a: b}\n    : 3\n  - relu\n",
            ["FILE:1:3: a list stands where a setting's name is needed",
                "FILE:3:1: epochs 0 is out of range: choose 1 to 1000000",
                "FILE:5:7: a mapping stands where a layer's kind is needed"] },
        { "epocs: 3\nbatch-size: 0\nmodel: [\n",
            ["FILE:1:1: epocs is no setting: did you mean epochs? choose ...", "FILE:4:1: this is no YAML: ..."] },
        { "batch-size: ten\nmicrobatch-size: 500\nearly-stop: soon\nrestore-best: true\nworkers: 40\n",
            ["FILE:1:13: batch-size 'ten' is not a whole number in range: choose 1 to 1000000 (default 256)",
                "FILE:3:13: early-stop 'soon' is not a whole number in range: choose 1 or more (default none)"] },
    };

    public static TheoryData<string, string[]> Shapes => new()
    {
        { "[flatten, linear: 12544, {linear: {inputs: 9216, outputs: 10}, name: fc1}]",
            ["FILE:1:35: layer 3 'fc1': expects 9216 inputs, the layer before gives 12544"] },
        { "[flatten, linear: {inputs: 100, outputs: 10}]",
            ["FILE:1:19: layer 2 'linear': expects 100 inputs, the layer before gives 784"] },
        { "[linear: {inputs: 100, outputs: 10}]",
            ["FILE:1:10: layer 1 'linear': expects 100 inputs, the data give 28×28"] },
        { "[linear: {inputs: 784, outputs: 10}]",
            ["FILE:1:10: layer 1 'linear': expects 784 inputs, the data give 28×28; write flatten before it"] },
        { "[conv: {filters: 4, size: 3}]",
            ["FILE:1:10: layer 1 'conv': expects channels×height×width, the data give 28×28; write images before it"] },
        { "[flatten, maxpool: 2]",
            ["FILE:1:19: layer 2 'maxpool': expects channels×height×width, the layer before gives 784; put it where "
                + "there are images, before flatten and linear"] },
        { "[images, conv: {filters: 4, size: 31}]",
            ["FILE:1:18: layer 2 'conv': expects images of at least 31×31 pixels, the layer before gives 1×28×28"] },
        { "[images, conv: {filters: 6, size: 3, groups: 4}]",
            ["FILE:1:18: layer 2 'conv': conv2d: 4 groups do not divide 1 channels and 6 filters; both must be "
                + "multiples"] },
        { "[images, maxpool: {size: 2, padding: 2}]",
            ["FILE:1:18: layer 2 'maxpool': padding 2 is more than half of size 2: choose 0 to 1"] },
        { "[flatten, images]",
            ["FILE:1:19: layer 2 'images': expects height×width or channels×height×width, the layer before gives "
                + "784"] },
        { "[batchnorm, flatten, linear: 10]",
            ["FILE:1:10: layer 1 'batchnorm': expects channels×height×width, the data give 28×28; write images before "
                + "it"] },
        { "[images, residual: [conv: {filters: 4, size: 3}]]",
            ["FILE:1:18: layer 2 'residual': residual: the branch leads from [batch, 1, 28, 28] to [batch, 4, 26, 26]: "
                + "needs the same rank, and one stride from size to size; or a shortcut of its own"] },
        { "[images, residual: {layers: [conv: {filters: 4, size: 3, padding: 1}], "
            + "shortcut: [conv: {filters: 3, size: 1}]}]",
            ["FILE:1:18: layer 2 'residual': residual: the branch leads from [batch, 1, 28, 28] to [batch, 4, 28, 28], "
                + "the shortcut to [batch, 3, 28, 28]: both must lead to the same shape"] },
        { "[images, residual: {layers: [relu, linear: {inputs: 3, outputs: 28}], "
            + "shortcut: [globalpool, linear: 0]}, flatten, linear: {inputs: 5, outputs: 3}, "
            + "{linear: {inputs: 9, outputs: 10}, name: last}]",
            ["FILE:1:44: layer 2 'residual' layer 2 'linear': expects 3 inputs, the layer before gives 1×28×28",
                "FILE:1:110: layer 2 'residual' shortcut layer 2 'linear': outputs '0' is not a whole number from 1",
                "FILE:1:158: layer 5 'last': expects 9 inputs, the layer before gives 3"] },
        { "[flatten, residual: [flatten, linear: {inputs: 3, outputs: 784}]]",
            ["FILE:1:39: layer 2 'residual' layer 2 'linear': expects 3 inputs, the layer before gives 784"] },
        { "[residual: [conv: {filters: 3, size: 3}]]",
            ["FILE:1:21: layer 1 'residual' layer 1 'conv': expects channels×height×width, the block gets 28×28; write "
                + "images before it"] },
        { "[flatten, linear: 12]",
            ["FILE:1:1: layers does not fit the data: its output has shape [batch, 12]: the data have 10 classes, so "
                + "needs [batch, 10]"] },
        { "[flatten, linear: 2000000000, linear: 2000000000]",
            ["FILE:1:19: layer 2 'linear': has more values than one tensor may hold, 2147483647: choose smaller "
                + "sizes"] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void JobFile_TellsEveryMistake_WithItsPlace(string text, string[] lines) => AssertTold(text, lines);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void JobFile_FollowsShapes_LayerByLayer(string layers, string[] lines) =>
        AssertTold($"layers: {layers}\n", lines);

    /// <summary>Mistakes of the command line come first, those of the file behind them, each once.</summary>
    [Fact]
    public void JobFile_IsCheckedTogetherWithTheCommandLine_WhichWins()
    {
        var path = _cli.Write("job.yaml", "epochs: 0\nseed: 0x\nl1: -1\nlayers: [flatten, lineer: 3]\n");

        var result = _cli.Run("train", "--job", "job.yaml", "--epochs", "1", "--warmup", "-3", "--l2", "x");

        Assert.Equal(
            "distributed: --l2 'x' is not a number: choose 0 or more (default 0)\n"
            + "distributed: --warmup -3 is out of range: choose 0 or more steps\n"
            + $"distributed: {path}:2:7: seed '0x' is not a whole number in range: choose 0 to 18446744073709551615 "
            + "(default 1)\n"
            + $"distributed: {path}:3:1: l1 -1 is out of range: choose 0 or more (default 0)\n"
            + $"distributed: {path}:4:19: layer 2 'lineer': lineer is no layer: did you mean linear? {Kinds}\n",
            result.Error);
    }

    /// <summary>Files that chance has damaged are read to the end: mistakes are lines, not exceptions.</summary>
    [Fact]
    public void JobFile_IsReadToItsEnd_HoweverItIsDamaged()
    {
        const string Whole = """
            epochs: 3
            loss: cross-entropy:0.1
            layers:
              - images
              - conv: {filters: 8, size: 3, stride: 2, padding: 1}
              - residual:
                  layers: [batchnorm, relu, dropout: 0.5]
                  shortcut:
                    - conv: {filters: 8, size: 1}
                name: block1
              - flatten
              - linear: 10
            """;
        const string Signs = "[]{}:,-?&*!|>'\"%@`# \n\t09azA\u00e9\0";
        var mistakes = 0;
        for (var seed = 0; seed < 1500; seed++)
        {
            var (random, text) = (new Random(seed), new System.Text.StringBuilder(Whole));
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)),
                    1 => text.Insert(at, Signs[random.Next(Signs.Length)]),
                    _ => text.Insert(at, Whole.AsSpan(random.Next(Whole.Length - 30), random.Next(30))),
                };
            }

            var problem = Record.Exception(() =>
            {
                var given = JobFile.Read("file", new StringReader(text.ToString()));
                var told = given.ApplyTo(TrainRequest.Default).Job.Problems(1).Select(given.Placed);
                var shapes = given.Layers is { } layers ? SpelledModel.Check(layers.Layers, [28, 28]) : [];
                mistakes += Mistake.Lines([.. given.Mistakes, .. told]).Length > 0 || shapes.Count > 0 ? 1 : 0;
                Assert.All(shapes, shape => Assert.Contains(shape.Path, given.Layers!.Places));
            });
            Assert.True(problem is null, $"seed {seed}: {problem}\n{text}");
        }

        Assert.InRange(mistakes, 1000, 1500);
    }

    public void Dispose() => _cli.Dispose();

    private void AssertTold(string text, string[] lines)
    {
        var path = _cli.Write("job.yaml", text);

        var result = _cli.Run("train", "--job", "job.yaml");

        var told = result.Error.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length == told.Length, result.Error);
        foreach (var (line, seen) in lines.Zip(told))
        {
            var needed = $"distributed: {line.Replace("FILE", path, StringComparison.Ordinal)}";
            var isWhole = !needed.EndsWith("...", StringComparison.Ordinal);
            Assert.Equal(needed, isWhole || seen.Length < needed.Length ? seen : $"{seen[..(needed.Length - 3)]}...");
        }

        Assert.Equal(ExitCodes.UserMistake, result.Exit);
        Assert.Empty(result.Out);
    }
}
