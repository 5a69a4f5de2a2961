using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Hosting;

/// <summary>A worker process's lines in the log.</summary>
internal sealed partial class WorkerLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "looking for the coordinator: {reason}")]
    internal partial void Looking(string reason);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Information, Message = "joins job {job}: {model} on {data}")]
    internal partial void Joins(string job, string model, string data);

    [LoggerMessage(EventId = 5103, Level = LogLevel.Information, Message = "job {job} is over: {reason}")]
    internal partial void JobEnded(string job, string reason);

    [LoggerMessage(EventId = 5104, Level = LogLevel.Information, Message = "{name} has left")]
    internal partial void Left(string name);

    [LoggerMessage(
        EventId = 5105, Level = LogLevel.Information, Message = "{data}: {reason}; fetching them from {address}")]
    internal partial void Fetching(string data, string reason, string address);

    [LoggerMessage(
        EventId = 5106, Level = LogLevel.Warning, Message = "{data} could not be fetched: {reason}; trying again")]
    internal partial void FetchAgain(string data, string reason);
}
