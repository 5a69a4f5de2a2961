using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation;

/// <summary>A frame on its way. Its floats stay where the sender has them until it arrives.</summary>
internal struct Frame
{
    internal FrameHeader Header;
    internal AlignedBuffer? Buffer;
    internal long ArrivalPs;
    internal int Offset;
    internal uint Epoch;
    internal int To;

    internal readonly ReadOnlySpan<float> Floats =>
        Buffer is null ? [] : Buffer.Span.Slice(Offset, Header.Count);
}
