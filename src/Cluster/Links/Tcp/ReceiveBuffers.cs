using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>Memory for links to read into, used again by later ones.</summary>
/// <remarks>Few are kept, and only of the common size; a link that needs a larger one makes it.</remarks>
internal sealed class ReceiveBuffers
{
    /// <summary>A frame of 64 Ki floats with the next one's header: small enough to stay in a second-level cache.
    /// </summary>
    internal const int CommonFloats = (64 << 10) + (4 * FrameLayout.HeaderBytes);

    private const int KeptMax = 16;

    private readonly Lock _gate = new();
    private readonly Stack<AlignedBuffer> _kept = new();

    internal AlignedBuffer Rent()
    {
        lock (_gate)
        {
            return _kept.TryPop(out var buffer) ? buffer : new AlignedBuffer(CommonFloats);
        }
    }

    internal void Return(AlignedBuffer buffer)
    {
        lock (_gate)
        {
            if (buffer.Length == CommonFloats && _kept.Count < KeptMax)
            {
                _kept.Push(buffer);
            }
        }
    }
}
