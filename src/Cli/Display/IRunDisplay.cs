using Distributed.Coordinator;
using Distributed.Training.Progress;

namespace Distributed.Cli.Display;

/// <summary>Shows a run. Called by one thread at a time; may throw, which ends the showing and nothing else.</summary>
internal interface IRunDisplay
{
    /// <summary>Calls the loop, which calls the rest, with whatever has to be set up around it.</summary>
    public void Around(Action loop);

    public void Start(RunHeader header);

    /// <summary>Often; a display shows as many as do good.</summary>
    public void Progress(RunProgress progress);

    /// <summary>Progress is null when no step of it was done in this process.</summary>
    public void Epoch(EpochCompleted epoch, RunProgress? progress);

    public void Checkpoint(CheckpointSaved saved);

    /// <summary>A worker joined, left or was lost; the members came together; training has recovered.</summary>
    public void Membership(MembershipEvent happened);

    /// <summary>True where other lines on the same terminal would disturb it; then it gets them.</summary>
    public bool TakesNotes => false;

    /// <summary>A line that is none of the run's events.</summary>
    public void Note(string line)
    {
    }

    /// <summary>The run is over; called after the loop.</summary>
    public void End(RunOutcome outcome);
}

/// <summary>How a run ended.</summary>
/// <param name="Command">That ran it.</param>
/// <param name="RunDirectory">As to be typed after --run-dir.</param>
/// <param name="Checkpoint">The last one; null where there is none.</param>
internal sealed record RunOutcome(JobEnded End, string Command, string RunDirectory, string? Checkpoint)
{
    /// <summary>That were asked for; 0 where it does not matter.</summary>
    public int Epochs { get; init; }
}
