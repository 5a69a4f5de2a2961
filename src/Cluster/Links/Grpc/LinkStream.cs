using Distributed.Cluster.Contracts;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>A call's two directions, at either side.</summary>
/// <param name="ReadAsync">The next message; null where the other side has ended the stream.</param>
/// <param name="WriteAsync">Sends one framed message.</param>
/// <param name="Complete">
/// Says that nothing more will be sent; the other side then ends the call. Null where this side ends it itself.
/// </param>
internal sealed record LinkStream(
    Func<CancellationToken, ValueTask<LinkMessage?>> ReadAsync,
    Func<byte[], CancellationToken, Task> WriteAsync,
    Action? Complete);
