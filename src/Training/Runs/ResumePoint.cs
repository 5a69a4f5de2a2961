using Distributed.Cluster.Messages;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Engine.Training;

namespace Distributed.Training.Runs;

/// <summary>Where an interrupted run goes on: its newest good checkpoint.</summary>
public sealed class ResumePoint
{
    private readonly FoundCheckpoint _checkpoint;

    private ResumePoint(FoundCheckpoint checkpoint)
    {
        _checkpoint = checkpoint;
        Job = JobDocument.Parse(checkpoint).ToJob();
        Cursor = JobDocument.ToCursor(checkpoint.Manifest);
    }

    /// <summary>The newest good checkpoint of a run; null where none was written yet.</summary>
    public static ResumePoint? Find(RunDirectory run) =>
        new CheckpointStore(run.CheckpointsPath).Latest() is { } found ? new ResumePoint(found) : null;

    public Job Job { get; }

    public JobCursor Cursor { get; }

    public FoundCheckpoint Checkpoint => _checkpoint;

    /// <summary>Why it is not the newest; null when it is.</summary>
    public string? Notice => _checkpoint.Reason;

    /// <summary>Checks that a run's data have not changed since.</summary>
    /// <param name="data">As loaded now.</param>
    /// <param name="source">Where from, as --data says it.</param>
    public void CheckData(DataSplit data, string source)
    {
        var (seen, needed) = (DataIdentity.Of(data), _checkpoint.Manifest.DataSha256);
        if (seen != needed)
        {
            throw new UserErrorException(
                $"--resume: the data of --data {source} are not those of the run, --data {Job.Data}: content hash "
                + $"{seen[..12]}…, needed {needed[..12]}…; restore them, or start a new run");
        }
    }

    /// <summary>Fills the state. Errors: UserErrorException where the checkpoint does not fit the model.</summary>
    public void LoadInto(TrainingState state) => Read(_checkpoint, state);

    /// <summary>Fills a state as it was in training, also where the checkpoint has the best in front.</summary>
    internal static void Read(FoundCheckpoint checkpoint, TrainingState state)
    {
        CheckpointStore.Read(checkpoint, FileJobStore.View(state));
        if (checkpoint.Manifest.Cursor.HasBest)
        {
            state.SwapBest();
        }
    }
}
