using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;
using Distributed.Training.Runs;

namespace Distributed.Training.Tests;

/// <summary>Whatever becomes of a checkpoint, its asker is told, and the next one can be written.</summary>
public sealed class CollectingJobStoreTests : IDisposable
{
    private const long Generation = 7;

    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private static readonly DataSplit Data = DataCatalog.Load(
        new DataOptions { Source = "digits", TrainCount = 100, TestCount = 20 });

    private static readonly Job Job = new() { Model = "mlp:4", BatchSize = 32, MicrobatchSize = 8 };
    private static readonly TrainingState Sent = new Trainer(Job, Data, workers: 1).State;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-store-").FullName;
    private readonly ComputeThread _disk = new("disk");
    private readonly CollectingJobStore _store;
    private Exception? _whileWriting;
    private Exception? _before;

    public CollectingJobStoreTests() => _store = new CollectingJobStore(
        () => new TrainingState(Sent.Layout, Sent.Optimizer), new CheckpointStore(Checkpoints), Describe,
        new NoLink(), _disk, _ => _before is null ? Task.CompletedTask : Task.FromException(_before));

    public static TheoryData<Exception, bool> Errors => new()
    {
        { new IOException("no space left"), true },
        { new UnauthorizedAccessException("read-only"), true },
        { new UserErrorException("no checkpoint is usable"), true },
        { new InvalidOperationException("a defect"), true },
        { new IOException("the metrics cannot be written"), false },
    };

    private string Checkpoints => Path.Combine(_folder, "checkpoints");

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Save_FailsWithTheReason_AndTheNextOneIsWritten(Exception error, bool isWriting)
    {
        _whileWriting = isWriting ? error : null;
        _before = isWriting ? null : error;
        Assert.Same(error, await Record.ExceptionAsync(() => Save(1)));
        Assert.Equal(0, _store.Newest.Step);

        (_whileWriting, _before) = (null, null);
        var saved = await Save(2);
        Assert.Equal(Sent.Fingerprint(), saved.Fingerprint);
        Assert.Equal((2, new CheckpointStore(Checkpoints).Latest()!.Path), (_store.Newest.Step, saved.Location));
    }

    /// <summary>Nothing of a checkpoint is read again once it is written: by then it may have been moved.</summary>
    [Fact]
    public async Task Save_GoesOn_WhenCheckpointsAreMovedAway()
    {
        var first = await Save(1);
        Directory.Delete(Checkpoints, recursive: true);
        Assert.Equal(first, await Save(1));
        Assert.Equal(Sent.Fingerprint(), (await Save(2)).Fingerprint);
    }

    public void Dispose()
    {
        _disk.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private CheckpointManifest Describe(JobCursor cursor) => _whileWriting is { } error ? throw error
        : new CheckpointManifest
        {
            Step = cursor.Step,
            Cursor = JobDocument.ToManifest(cursor, stepsPerEpoch: 4),
            Job = JobDocument.Of(Job, Data).ToJson(),
            DataSha256 = DataIdentity.Of(Data),
            WrittenBy = "test",
        };

    /// <summary>A checkpoint whose floats all come.</summary>
    private Task<Saved> Save(long step)
    {
        var saving = _store.Save(JobCursor.Start with { Step = step }, Generation);
        Give(step, FrameKind.SavedWeights, 0, Sent.Parameters);
        for (var slot = 0; slot < Sent.Slots.Count; slot++)
        {
            Give(step, FrameKind.SavedState, slot, Sent.Slots[slot]);
        }

        return saving.WaitAsync(Ample);
    }

    private void Give(long step, FrameKind kind, int slot, AlignedBuffer floats) => ((IDataReceiver)_store).OnFrame(
        new FrameHeader(kind, Generation, step, 0, 0, slot, 0, floats.Length), floats.Span);

    /// <summary>The store sends nothing here.</summary>
    private sealed class NoLink : IDataLink
    {
        public string Address => "store";

        public void Open(IDataReceiver receiver)
        {
        }

        public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0) =>
            throw new NotSupportedException();

        public void Reset() => throw new NotSupportedException();
    }
}
