namespace Distributed.Coordinator;

/// <summary>
/// To the coordinator: write a checkpoint at the next pause. It answers once, with <see cref="SaveDone"/> or
/// <see cref="SaveFailed"/>, when the checkpoint is written or cannot be; before a job has workers that takes as long
/// as they do, so the asker needs a bound of its own.
/// </summary>
public sealed record SaveNow;

/// <summary>The checkpoint that was asked for is on disk.</summary>
/// <param name="Location">Where it lies; empty where nothing is kept.</param>
public sealed record SaveDone(long Step, string Location);

/// <summary>The checkpoint that was asked for could not be written.</summary>
/// <param name="Reason">One line.</param>
public sealed record SaveFailed(long Step, string Reason);
