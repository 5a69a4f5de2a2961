using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>A frame that waits to be sent: what it says, and where its floats lie. No copy of them.</summary>
internal readonly record struct PendingFrame(FrameHeader Header, AlignedBuffer? Buffer, int Offset);
