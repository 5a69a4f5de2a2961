using System.Buffers.Binary;
using Distributed.Engine.Kernels.Checksums;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>Puts frames on a wire; where the wire takes no more, it stops and later goes on from there.</summary>
/// <remarks>
/// Short frames are gathered, so that several leave at once. The floats of a long one go to the wire from where they
/// lie, a chunk at a time: summed, which brings the chunk into the cache, and then sent from there. Headers and
/// checksums of long frames go with what is gathered, so a long frame takes two calls and not three.
/// Not safe for threads.
/// </remarks>
internal sealed unsafe class FrameWriter(Wire wire)
{
    /// <summary>
    /// Floats of more bytes are not gathered. Up to here copying them is cheaper than more calls, each of which also
    /// wakes the reader for a part of a frame.
    /// </summary>
    private const int GatheredMax = 64 << 10;

    private const int StageBytes = 2 * ShortFrameMax;
    private const int ShortFrameMax = FrameLayout.HeaderBytes + GatheredMax + FrameLayout.TrailerBytes;

    /// <summary>What is summed and then sent at once: at home in any second-level cache.</summary>
    private const int ChunkBytes = 256 << 10;

    private readonly byte[] _stage = GC.AllocateUninitializedArray<byte>(StageBytes, pinned: true);
    private int _stageFrom;
    private int _stageTo;
    private long _sequence;
    private AlignedBuffer? _buffer;
    private byte* _sent;
    private byte* _summed;
    private byte* _end;
    private uint _checksum;

    /// <summary>A long frame is not out yet.</summary>
    internal bool IsWithinFrame => _buffer is not null;

    /// <summary>Gathered bytes are not out yet.</summary>
    internal bool HasGathered => _stageTo > _stageFrom;

    /// <summary>Another frame can be begun before anything more is sent.</summary>
    internal bool HasRoom => !IsWithinFrame && StageBytes - _stageTo >= ShortFrameMax;

    /// <summary>Takes one more frame; only where there is room.</summary>
    internal void Begin(in PendingFrame frame)
    {
        FrameLayout.Write(_stage.AsSpan(_stageTo), frame.Header, _sequence++);
        _stageTo += FrameLayout.HeaderBytes;
        var bytes = (long)frame.Header.Count * sizeof(float);
        if (bytes == 0)
        {
            End(0);
            return;
        }

        _buffer = frame.Buffer!;
        _sent = _summed = (byte*)(_buffer.Pointer + frame.Offset);
        _end = _sent + bytes;
        _checksum = 0;
        if (bytes <= GatheredMax)
        {
            var floats = new ReadOnlySpan<byte>(_sent, (int)bytes);
            floats.CopyTo(_stage.AsSpan(_stageTo));
            _stageTo += (int)bytes;
            End(Crc32C.Append(0, _stage.AsSpan(_stageTo - (int)bytes, (int)bytes)));
        }
    }

    /// <summary>Sends what is gathered, then the frame that was begun; false if the wire takes no more now.</summary>
    internal bool TryWrite()
    {
        if (!TryFlush())
        {
            return false;
        }

        while (_sent < _end)
        {
            if (_sent == _summed)
            {
                var chunk = new ReadOnlySpan<byte>(_summed, (int)Math.Min(ChunkBytes, _end - _summed));
                _checksum = Crc32C.Append(_checksum, chunk);
                _summed += chunk.Length;
            }

            _sent += wire.Write(new ReadOnlySpan<byte>(_sent, (int)(_summed - _sent)));
            if (_sent < _summed)
            {
                return false;
            }
        }

        if (IsWithinFrame)
        {
            End(_checksum);
        }

        return true;
    }

    private bool TryFlush()
    {
        if (HasGathered)
        {
            _stageFrom += wire.Write(_stage.AsSpan(_stageFrom, _stageTo - _stageFrom));
            if (HasGathered)
            {
                return false;
            }
        }

        _stageFrom = _stageTo = 0;
        return true;
    }

    private void End(uint checksum)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_stage.AsSpan(_stageTo), checksum);
        _stageTo += FrameLayout.TrailerBytes;
        _buffer = null;
        _sent = _summed = _end = null;
    }
}
