using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>What the data links write into the log: one line for each connection that ends.</summary>
internal static partial class LinkLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning,
        Message = "data link: connection from {Remote} closed: {Reason}")]
    internal static partial void Refused(this ILogger logger, string remote, string reason);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "data link: link to {Peer} lost: {Reason}")]
    internal static partial void Lost(this ILogger logger, string peer, string reason);

    /// <summary>In order, between two frames: whether that is a loss is the protocol's to say.</summary>
    [LoggerMessage(EventId = 2104, Level = LogLevel.Debug, Message = "data link: link to {Peer} ended")]
    internal static partial void Ended(this ILogger logger, string peer);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Warning, Message = "data link: cannot accept: {Reason}")]
    internal static partial void CannotAccept(this ILogger logger, string reason);
}
