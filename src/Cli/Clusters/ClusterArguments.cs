namespace Distributed.Cli.Clusters;

/// <summary>distributed cluster: coordinator and workers on this machine.</summary>
/// <param name="Train">As train has them; its workers are processes.</param>
/// <param name="Threads">Compute threads of each worker.</param>
internal sealed record ClusterArguments(TrainArguments Train, int Threads, string? Otlp) : Request;

/// <summary>distributed coordinator.</summary>
/// <param name="JobFile">Null to wait for jobs that are submitted.</param>
/// <param name="WorkersMin">Workers to wait for before a job begins.</param>
/// <param name="Stay">After the end of its one job, answer questions until it is told to end.</param>
internal sealed record CoordinatorArguments(
    string? Listen, string? DataListen, string? Advertise, string? JobFile, int WorkersMin, string? RunDirectory,
    SecurityArguments Security, string? Health, string? Otlp, bool Stay, bool Json) : Request;

/// <summary>distributed worker.</summary>
/// <param name="Join">The coordinator's address, or its folder.</param>
/// <param name="Listen">Where its data link listens.</param>
/// <param name="WithParent">End when standard input ends, and leave Ctrl-C to the parent.</param>
internal sealed record WorkerArguments(
    string Join, int Threads, string? Name, string? Listen, string? Advertise, string? CacheDirectory,
    SecurityArguments Security, string? Health, string? Otlp, bool WithParent) : Request;

/// <summary>distributed submit, status, watch, stop and checkpoint: calls to a coordinator.</summary>
/// <param name="Command">Which.</param>
/// <param name="JobFile">For submit.</param>
/// <param name="RunName">For submit: the run's folder below the coordinator's; null for a new one.</param>
/// <param name="Resume">For submit: go on with that run where there is one.</param>
/// <param name="Coordinator">Address or folder; null for the newest run of this directory.</param>
internal sealed record ClientArguments(
    string Command, string? JobFile, string? RunName, bool Resume, string? Coordinator, SecurityArguments Security, bool Json) : Request;
