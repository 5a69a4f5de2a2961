namespace Distributed.Cluster.Links.Grpc;

/// <summary>
/// How much may wait to be sent on one control link. One that has more is closed: the other side does not read.
/// </summary>
/// <param name="MessagesMax">Default 4096.</param>
/// <param name="BytesMax">Of encoded messages; default 64 MiB.</param>
public sealed record LinkQueueBounds(int MessagesMax = 4096, long BytesMax = 64 << 20);
