using Distributed.Engine.Checkpoints;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Tests.Checkpoints;

/// <summary>A directory of checkpoints under damage and under death at every stage of writing.</summary>
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Damages => new(
        "manifest deleted", "manifest cut", "manifest empty", "model deleted", "model cut", "model longer",
        "one bit of the model", "folder emptied");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Latest_GivesBackWhatWasWritten()
    {
        var source = Save(100);
        var found = Latest()!;
        Assert.Equal(_folder.File("step-000000100"), found.Path);
        Assert.Null(found.Reason);
        Assert.Equal(100, found.Manifest.Step);
        Assert.Equal(SampleState.Manifest(100).Cursor, found.Manifest.Cursor);
        Assert.Equal(7, found.Manifest.Job.GetProperty("seed").GetInt32());
        Assert.Equal(Fingerprint.Compute(source.State), found.Manifest.Fingerprint);
        var target = new SampleState();
        CheckpointStore.Read(found, target.State);
        source.AssertEquals(target);
    }

    [Fact]
    public void Latest_IsNull_WhenThereIsNothing()
    {
        Assert.Null(Latest());
        Assert.Null(new CheckpointStore(_folder.File("missing")).Latest());
        Directory.CreateDirectory(_folder.File("step-12"));
        Directory.CreateDirectory(_folder.File("other"));
        Assert.Null(Latest());
    }

    [Fact]
    public void Write_KeepsTheNewestAndThePrevious()
    {
        foreach (var step in new long[] { 1, 20, 300, 1_000_000_000, 12_345_678_901 })
        {
            Save(step);
        }

        Assert.Equal(["step-1000000000", "step-12345678901"], Names());
        Assert.Equal(12_345_678_901, Latest()!.Manifest.Step);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Latest_FallsBackWithAReason_WhenTheNewestIsDamaged(string damage)
    {
        var source = Save(1);
        Save(2);
        Damage(_folder.File("step-000000002"), damage);
        var found = Latest()!;
        Assert.Equal(1, found.Manifest.Step);
        Assert.StartsWith("step-000000002 is damaged: ", found.Reason, StringComparison.Ordinal);
        Assert.EndsWith("going on from step-000000001 instead", found.Reason, StringComparison.Ordinal);
        var target = new SampleState();
        CheckpointStore.Read(found, target.State);
        source.AssertEquals(target);

        // The step is written again over the damaged one, and the good one before it is kept.
        Save(2);
        Assert.Null(Latest()!.Reason);
        Assert.Equal(["step-000000001", "step-000000002"], Names());
    }

    [Fact]
    public void Latest_Throws_WhenNoneIsGood()
    {
        Save(1);
        Save(2);
        Damage(_folder.File("step-000000001"), "model cut");
        Damage(_folder.File("step-000000002"), "manifest deleted");
        var error = Assert.Throws<UserErrorException>(() => Latest());
        Assert.Contains("step-000000002 is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("step-000000001 is damaged", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Latest_RefusesToStepBack_FromANewerFormat()
    {
        Save(1);
        var future = Path.Combine(Directory.CreateDirectory(_folder.File("step-000000002")).FullName, "manifest.json");
        File.WriteAllBytes(future, (SampleState.Manifest(2) with { FormatVersion = 9 }).ToJson());
        Assert.Contains("newer", Assert.Throws<UserErrorException>(() => Latest()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_KeepsTheGoodOne_WhenThePreviousIsDamaged()
    {
        Save(1);
        Save(2);
        Damage(_folder.File("step-000000002"), "one bit of the model");
        Save(3);
        Assert.Equal(["step-000000001", "step-000000003"], Names());
    }

    [Fact]
    public void Write_RemovesDamagedLaterSteps_ButNoGoodOnes()
    {
        Save(1);
        Save(5);
        Save(9);
        Damage(_folder.File("step-000000009"), "model cut");
        Save(2);
        Assert.Equal(["step-000000002", "step-000000005"], Names());
    }

    [Fact]
    public void Read_SaysWhatDiffers_AndReadsParametersAlone()
    {
        var source = Save(1);
        var found = Latest()!;
        var target = new SampleState();
        CheckpointStore.Read(found, target.State, parametersOnly: true);
        Assert.Equal(source.Parameters.Span.ToArray(), target.Parameters.Span.ToArray());
        Assert.All(target.Momentum.Span.ToArray(), value => Assert.Equal(0, value));

        var plain = new CheckpointState();
        plain.AddParameter("hidden.bias", [4], target.Parameters, 0);
        plain.AddParameter("hidden.weight", [3, 4], target.Parameters, 4);
        plain.AddParameter("scale", [], target.Parameters, 16);
        var error = Assert.Throws<UserErrorException>(() => CheckpointStore.Read(found, plain));
        Assert.Contains("'optimizer.momentum.hidden.weight' is not part", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The process dies at every stage in turn, over every state of the directory; then another process must find the
    /// last good checkpoint or the new one, whole, and be able to go on.
    /// </summary>
    [Theory]
    [InlineData("fresh step")]
    [InlineData("same step")]
    [InlineData("same step damaged")]
    [InlineData("same step aside")]
    public void Write_LosesNothing_WhereverItDies(string scene)
    {
        for (var death = 1; death <= 12; death++)
        {
            using var folder = new TemporaryFolder();
            var before = Arrange(folder, scene);
            var newState = new SampleState(seed: 77);
            var reached = new List<CheckpointStage>();
            var died = Dies(() => new CheckpointStore(folder.Path, LocalDisk.Instance, stage =>
            {
                reached.Add(stage);
                if (reached.Count == death)
                {
                    throw new OperationCanceledException("died");
                }
            }).Write(newState.State, SampleState.Manifest(3)));
            if (!died)
            {
                Assert.InRange(death, 7, 12);
                return;
            }

            var found = new CheckpointStore(folder.Path).Latest()!;
            var isNew = reached.Contains(CheckpointStage.InPlace);
            Assert.Equal(Fingerprint.Compute((isNew ? newState : before).State), found.Manifest.Fingerprint);
            new CheckpointStore(folder.Path).Write(newState.State, SampleState.Manifest(3));
            found = new CheckpointStore(folder.Path).Latest()!;
            Assert.Equal(3, found.Manifest.Step);
            Assert.Equal(Fingerprint.Compute(newState.State), found.Manifest.Fingerprint);
            Assert.Equal(["step-000000002", "step-000000003"], NamesIn(folder));
        }

        Assert.Fail("writing never came to its end");
    }

    private static SampleState Arrange(TemporaryFolder folder, string scene)
    {
        var last = new SampleState(seed: 2);
        var store = new CheckpointStore(folder.Path);
        store.Write(new SampleState(seed: 1).State, SampleState.Manifest(1));
        store.Write(last.State, SampleState.Manifest(2));
        if (scene == "fresh step")
        {
            return last;
        }

        var same = new SampleState(seed: 3);
        var path = store.Write(same.State, SampleState.Manifest(3)).Path;
        if (scene == "same step damaged")
        {
            Damage(path, "model cut");
            return last;
        }

        if (scene == "same step aside")
        {
            Directory.Move(path, path + ".replaced");
        }

        return same;
    }

    private static bool Dies(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private SampleState Save(long step)
    {
        var sample = new SampleState(seed: (int)(step % 1000) + 1);
        new CheckpointStore(_folder.Path).Write(sample.State, SampleState.Manifest(step));
        return sample;
    }

    private FoundCheckpoint? Latest() => new CheckpointStore(_folder.Path).Latest();

    private string[] Names() => NamesIn(_folder);

    private static string[] NamesIn(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)!).Order()];

    private static void Damage(string checkpoint, string damage)
    {
        var file = Path.Combine(checkpoint, damage.Contains("manifest") ? "manifest.json" : "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "manifest deleted" or "model deleted":
                File.Delete(file);
                break;
            case "manifest cut" or "model cut":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "manifest empty":
                File.WriteAllBytes(file, []);
                break;
            case "model longer":
                File.WriteAllBytes(file, [.. bytes, 0]);
                break;
            case "one bit of the model":
                bytes[^5] ^= 4;
                File.WriteAllBytes(file, bytes);
                break;
            default:
                Directory.Delete(checkpoint, recursive: true);
                Directory.CreateDirectory(checkpoint);
                break;
        }
    }
}
