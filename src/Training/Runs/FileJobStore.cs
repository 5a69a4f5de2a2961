using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Training;

namespace Distributed.Training.Runs;

/// <summary>Keeps a job's state as checkpoints: copied at once, written while training goes on.</summary>
/// <remarks>
/// For one writing at a time, which is what the coordinator asks for; a second one is refused.
/// Memory: one more copy of parameters and optimizer state.
/// </remarks>
public sealed class FileJobStore : IJobStore
{
    private readonly TrainingState _state;
    private readonly TrainingState _copy;
    private readonly CheckpointState _tensors;
    private readonly CheckpointStore _checkpoints;
    private readonly Func<JobCursor, CheckpointManifest> _describe;
    private readonly Func<long, Task> _ready;
    private Task _writing = Task.CompletedTask;
    private Saved? _last;
    private long _lastStep = -1;

    /// <param name="state">What is trained.</param>
    /// <param name="checkpoints">Where to.</param>
    /// <param name="describe">The manifest of a state; called while writing, off the training threads.</param>
    /// <param name="ready">Ends once a checkpoint of this step may be written.</param>
    /// <param name="resumedFrom">The checkpoint the state was read from; it is not written again.</param>
    public FileJobStore(
        TrainingState state, CheckpointStore checkpoints, Func<JobCursor, CheckpointManifest> describe,
        Func<long, Task>? ready = null, FoundCheckpoint? resumedFrom = null)
    {
        (_state, _checkpoints, _describe) = (state, checkpoints, describe);
        _ready = ready ?? (_ => Task.CompletedTask);
        _copy = new TrainingState(state.Layout, state.Optimizer);
        _tensors = View(_copy);
        if (resumedFrom is not null)
        {
            _lastStep = resumedFrom.Manifest.Step;
            _last = new Saved(resumedFrom.Path, resumedFrom.Manifest.Fingerprint);
            Newest = JobDocument.ToCursor(resumedFrom.Manifest);
        }
    }

    /// <summary>Ends when nothing is being written, well or not; wait for it before the process ends.</summary>
    public Task WhenIdle => _writing.ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>The last checkpoint on disk; null before the first.</summary>
    public Saved? Last => _last;

    public JobCursor Newest { get; private set; } = JobCursor.Start;

    public Task<Saved> Save(JobCursor cursor, long generation)
    {
        if (_state.FirstNonFinite() is { } parameter)
        {
            throw new NonFiniteStateException(parameter);
        }

        if (cursor.Step == _lastStep)
        {
            return Task.FromResult(_last!);
        }

        if (!_writing.IsCompleted)
        {
            throw new InvalidOperationException("the checkpoint before this one is still being written");
        }

        if (cursor.HasBest)
        {
            _state.SwapBest();
        }

        Copy(_state, _copy);
        var writing = Task.Run(() => Write(cursor));
        _writing = writing;
        return writing;
    }

    /// <summary>A state's tensors, by the names they have in a checkpoint.</summary>
    public static CheckpointState View(TrainingState state)
    {
        var tensors = new CheckpointState();
        foreach (var slot in state.Layout.Slots)
        {
            tensors.AddParameter(slot.Name, slot.Shape.Dimensions.AsSpan(), state.Parameters, slot.Offset);
        }

        for (var i = 0; i < state.Slots.Count; i++)
        {
            foreach (var slot in state.Layout.Slots)
            {
                tensors.AddOptimizerState(state.Optimizer.Slots[i], slot.Name, state.Slots[i], slot.Offset);
            }
        }

        return tensors;
    }

    private async Task<Saved> Write(JobCursor cursor)
    {
        await _ready(cursor.Step);
        var written = _checkpoints.Write(_tensors, _describe(cursor));
        var saved = new Saved(written.Path, written.Manifest.Fingerprint);
        (_last, _lastStep, Newest) = (saved, cursor.Step, cursor);
        return saved;
    }

    private static void Copy(TrainingState from, TrainingState to)
    {
        from.Parameters.Span.CopyTo(to.Parameters.Span);
        for (var i = 0; i < from.Slots.Count; i++)
        {
            from.Slots[i].Span.CopyTo(to.Slots[i].Span);
        }
    }
}
