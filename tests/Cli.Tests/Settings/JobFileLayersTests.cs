using Distributed.Cli.Settings;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Tests.Settings;

/// <summary>Models that a job file spells out: what they come to.</summary>
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

    [Fact]
    public void Layers_BecomeBlocks_InAllTheWaysOfWritingThem()
    {
        var path = _cli.Write("job.yaml", """
            layers:
              - images
              - residual:
                  layers:
                    - conv: {filters: 4, size: 3, padding: 1}
                    - batchnorm
                  shortcut: [conv: {filters: 4, size: 1}]
                name: block
              - residual: [relu, residual: [relu]]
            """);

        var request = JobFile.Read(path).ApplyTo(TrainRequest.Default);

        Assert.Equal(
            "[images, block=residual(layers=[conv(filters=4,size=3,padding=1), batchnorm],"
            + "shortcut=[conv(filters=4,size=1)]), residual([relu, residual([relu])])]",
            request.Job.Model);
        Assert.Equal(request.Job.Model, LayerSpec.WriteList(LayerSpec.ReadList(request.Job.Model)));
    }

    /// <summary>Blocks go through the run's own file and the checkpoint's document, on any number of workers.</summary>
    [Fact]
    public void Residual_HasOneFingerprint_OnAnyNumberOfWorkersAndResumed()
    {
        _cli.WriteTable();
        _cli.Write("job.yaml", """
            data: csv:small.csv
            batch-size: 24
            microbatch-size: 4
            epochs: 3
            optimizer: adam
            layers:
              - residual:
                  layers: [linear: 6, batchnorm, tanh, dropout: 0.2]
                  shortcut: [linear: {outputs: 6, bias: false}]
                name: block
              - residual: [linear: 6, relu]
              - residual: [linear: 5]
              - linear: 3
            """);

        var whole = _cli.Run("train", "--job", "job.yaml", "--workers", "1", "--run-dir", "whole");
        var more = _cli.Run("train", "--job", "job.yaml", "--workers", "4", "--run-dir", "more");
        var begun = _cli.Run("train", "--job", "job.yaml", "--epochs", "1", "--workers", "2", "--run-dir", "begun");
        var resumed = _cli.Run("train", "--resume", "--run-dir", "begun", "--epochs", "3", "--workers", "3");

        Assert.Equal("", whole.Error + more.Error + begun.Error + resumed.Error);
        Assert.Equal(whole.Fingerprint, more.Fingerprint);
        Assert.Equal(whole.Fingerprint, resumed.Fingerprint);
        Assert.NotEqual(whole.Fingerprint, begun.Fingerprint);
        Assert.StartsWith("20 held-out samples", _cli.Run("eval", "begun").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_AreRefused_WhenTheyStandInsideEachOtherTooDeep()
    {
        var (open, close) = (
            string.Concat(Enumerable.Repeat("[residual: ", 5000)), string.Concat(Enumerable.Repeat("]", 5000)));
        var path = _cli.Write("job.yaml", $"layers: {open}relu{close}\n");

        var file = _cli.Run("train", "--job", "job.yaml");
        var text = _cli.Run(
            "train", "--model", (open + "[relu]" + close).Replace(": ", "(", StringComparison.Ordinal));

        var place = $"{path}:1:{9 + (16 * 11)}";
        Assert.Equal($"distributed: {place}: lists of layers stand inside lists 16 deep at most\n", file.Error);
        Assert.Equal(
            "distributed: --model cannot be read at character 162, behind '…residual([residual([residual([residual([': "
            + "lists stand inside lists 16 deep at most; write layers as [flatten, linear(64), relu, linear(10)]\n",
            text.Error);
        Assert.Equal((ExitCodes.UserMistake, ExitCodes.UserMistake), (file.Exit, text.Exit));
    }

    /// <summary>The README's job file, word for word, for one epoch.</summary>
    [Fact]
    public void Readme_ShowsAJobFile_ThatTrains()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        _cli.Write("job.yaml", readme.Split("```yaml\n")[1].Split("```")[0]);

        var run = _cli.Run("train", "--job", "job.yaml", "--epochs", "1", "--run-dir", "run");

        Assert.Equal("", run.Error);
        Assert.Equal(ExitCodes.Done, run.Exit);
        var kept = File.ReadAllText(_cli.PathOf("run/job.yaml"));
        Assert.Contains("block1=residual(layers=[batchnorm, relu, conv(", kept, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
