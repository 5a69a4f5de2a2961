namespace Distributed.Coordinator;

/// <summary>
/// Keeps track of checkpoints: one is written at a time, and one is due after every epoch and every so often.
/// </summary>
internal sealed class CheckpointDesk(TimeProvider clock, TimeSpan every)
{
    /// <summary>A full disk must not cost the whole state's way to it at every lease.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private long _lastStarted = clock.GetTimestamp();
    private bool _asked;
    private bool _failed;

    internal bool IsWriting { get; private set; }

    /// <summary>True when the next quiet moment should be used for one.</summary>
    internal bool IsDue => !IsWriting
        && (Waited >= every || (_asked && (!_failed || Waited >= PauseAfterFailure)));

    /// <summary>The last that was written well; null before the first.</summary>
    internal Saved? LastSaved { get; private set; }

    internal long LastStep { get; private set; } = -1;

    private TimeSpan Waited => clock.GetElapsedTime(_lastStarted);

    internal void MakeDue() => _asked = true;

    /// <summary>Tells the actor <see cref="Written"/> when the writing is over, well or not.</summary>
    internal void Start(long step, Task<Saved> writing, IActorRef actor)
    {
        (_asked, IsWriting, _lastStarted) = (false, true, clock.GetTimestamp());
        _ = writing.PipeTo(
            actor,
            success: saved => new Written(step, saved, null),
            failure: error => new Written(step, null, error));
    }

    internal void Finish(Written written)
    {
        (IsWriting, _failed) = (false, written.Saved is null);
        if (written.Saved is not null)
        {
            (LastSaved, LastStep) = (written.Saved, written.Step);
        }
        else
        {
            MakeDue();
        }
    }

    /// <summary>A checkpoint's writing is over. Exactly one of Saved and Error is there.</summary>
    internal sealed record Written(long Step, Saved? Saved, Exception? Error);
}
