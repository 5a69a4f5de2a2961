using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>The control link's lines in the log.</summary>
internal sealed partial class ControlLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(4101, LogLevel.Warning, "control: {peer} connected and made no call; closed")]
    internal partial void NoRequest(string peer);

    [LoggerMessage(4102, LogLevel.Warning, "control: {peer} {method}: refused, {status}: {reason}")]
    internal partial void Refused(string peer, string method, ControlStatus status, string reason);

    [LoggerMessage(4103, LogLevel.Error, "control: {peer} {method}: failed")]
    internal partial void Failed(Exception error, string peer, string method);

    [LoggerMessage(4104, LogLevel.Warning, "control: {peer} {method}: not authenticated: {reason}")]
    internal partial void NotAuthenticated(string peer, string method, string reason);
}
