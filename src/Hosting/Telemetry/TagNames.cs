namespace Distributed.Hosting.Telemetry;

/// <summary>Attributes of measurements and spans.</summary>
internal static class TagNames
{
    /// <summary>The same in the coordinator's process and in the workers'.</summary>
    internal const string Job = "distributed.job.id";

    internal const string Model = "distributed.job.model";

    /// <summary>done, stopped or failed.</summary>
    internal const string Outcome = "distributed.job.outcome";

    internal const string Worker = "distributed.worker.name";

    internal const string Generation = "distributed.generation";

    internal const string Rank = "distributed.worker.rank";

    internal const string Members = "distributed.workers";

    /// <summary>Committed steps.</summary>
    internal const string Step = "distributed.step";

    /// <summary>How many.</summary>
    internal const string Steps = "distributed.steps";

    internal const string Epoch = "distributed.epoch";

    /// <summary>train or test.</summary>
    internal const string Part = "distributed.data.part";

    /// <summary>One line for people; of spans only, because there may be any number of them.</summary>
    internal const string Reason = "distributed.reason";

    /// <summary>One of a few words for what went wrong. A name of OpenTelemetry's.</summary>
    internal const string ErrorType = "error.type";

    /// <summary>transmit or receive. A name of OpenTelemetry's.</summary>
    internal const string Direction = "network.io.direction";

    internal static KeyValuePair<string, object?> Of(string name, object? value) => new(name, value);
}
