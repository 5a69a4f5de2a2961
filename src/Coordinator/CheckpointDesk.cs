namespace Distributed.Coordinator;

/// <summary>
/// Keeps track of checkpoints: one is written at a time, and one is due when someone asks, at the end of epochs and
/// every so often.
/// </summary>
/// <param name="clock">Says how long ago the last one was begun.</param>
/// <param name="every">Between two inside an epoch.</param>
/// <param name="epochPause">Between two at the end of epochs, at least; the first epoch's end does not wait.</param>
internal sealed class CheckpointDesk(TimeProvider clock, TimeSpan every, TimeSpan epochPause)
{
    /// <summary>A full disk must not cost the whole state's way to it at every lease.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private long _lastStarted = clock.GetTimestamp();
    private bool _asked;
    private bool _epochIsOver;
    private bool _failed;

    internal bool IsWriting { get; private set; }

    /// <summary>True when the next quiet moment should be used for one.</summary>
    internal bool IsDue => !IsWriting && Waited >= Pause;

    /// <summary>The last that was written well; null before the first.</summary>
    internal Saved? LastSaved { get; private set; }

    internal long LastStep { get; private set; } = -1;

    private TimeSpan Waited => clock.GetElapsedTime(_lastStarted);

    /// <summary>From the start of the last one to the next.</summary>
    private TimeSpan Pause
    {
        get
        {
            var pause =
                _failed ? PauseAfterFailure
                : _asked || (_epochIsOver && LastSaved is null) ? TimeSpan.Zero
                : _epochIsOver ? epochPause
                : every;
            return pause < every ? pause : every;
        }
    }

    /// <summary>Someone asks for one.</summary>
    internal void Ask() => _asked = true;

    internal void EndEpoch() => _epochIsOver = true;

    /// <summary>Tells the actor <see cref="Written"/> when the writing is over, well or not.</summary>
    internal void Start(long step, Task<Saved> writing, IActorRef actor)
    {
        (_asked, _epochIsOver, IsWriting, _lastStarted) = (false, false, true, clock.GetTimestamp());
        _ = writing.PipeTo(
            actor,
            success: saved => new Written(step, saved, null),
            failure: error => new Written(step, null, error));
    }

    internal void Finish(Written written)
    {
        (IsWriting, _failed) = (false, written.Saved is null);
        (LastSaved, LastStep) = written.Saved is { } saved ? (saved, written.Step) : (LastSaved, LastStep);
    }

    /// <summary>A checkpoint's writing is over. Exactly one of Saved and Error is there.</summary>
    internal sealed record Written(long Step, Saved? Saved, Exception? Error);
}
