using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Distributed.Engine.Kernels.Checksums;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>Takes frames off a wire, one at a time, into memory that it uses again for the next.</summary>
/// <remarks>
/// Short frames are read as many at once as have come. Of a long one no more is read than it has, and the next one's
/// header; so the next long one lies at the beginning again, and nothing is moved. Its floats are summed as they come,
/// while they are in the cache.
/// Memory: that of one frame of the largest size seen so far, checked before it is made.
/// Errors: LinkLostException naming what is wrong with a frame.
/// Not safe for threads.
/// </remarks>
internal sealed class FrameReader(Wire wire, ReceiveBuffers buffers, int floatsMax) : IDisposable
{
    /// <summary>Frames of more bytes are long.</summary>
    private const int ShortFrameMax = 32 << 10;

    private AlignedBuffer _buffer = buffers.Rent();
    private int _from;
    private int _to;
    private long _sequence;

    /// <summary>Rises whenever something has come.</summary>
    internal int ReadCount { get; private set; }

    /// <summary>True while it waits for the wire.</summary>
    internal bool IsWaiting { get; private set; }

    private Span<byte> Bytes => MemoryMarshal.AsBytes(_buffer.Span);

    /// <summary>Waits for the next frame; its floats are valid until the next call.</summary>
    internal FrameHeader Read(out ReadOnlySpan<float> floats)
    {
        Fill(FrameLayout.HeaderBytes, int.MaxValue, false, out _);
        var header = FrameLayout.Read(
            Bytes.Slice(_from, FrameLayout.HeaderBytes), _sequence, floatsMax, out var fault);
        if (fault is not null)
        {
            throw new LinkLostException(fault);
        }

        var bytes = header.Count * sizeof(float);
        var total = FrameLayout.HeaderBytes + bytes + FrameLayout.TrailerBytes;
        var beyond = total > ShortFrameMax ? FrameLayout.HeaderBytes : int.MaxValue;
        Fill(total, beyond, true, out var checksum);
        var payload = Bytes.Slice(_from + FrameLayout.HeaderBytes, bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(Bytes[(_from + total - FrameLayout.TrailerBytes)..]) != checksum)
        {
            throw new LinkLostException($"wrong checksum of {header.Count} floats");
        }

        floats = MemoryMarshal.Cast<byte, float>(payload);
        _from += total;
        _sequence++;
        return header;
    }

    public void Dispose() => buffers.Return(_buffer);

    /// <summary>Reads until so many bytes of the present frame are there.</summary>
    /// <param name="beyond">How many more may be read with them.</param>
    /// <param name="isSummed">Whether to sum the floats among them.</param>
    private void Fill(int bytes, int beyond, bool isSummed, out uint checksum)
    {
        MakeRoom(bytes);
        checksum = 0;
        var floatsFrom = _from + FrameLayout.HeaderBytes;
        var floatsTo = _from + bytes - FrameLayout.TrailerBytes;
        var summedTo = floatsFrom;
        while (true)
        {
            var come = Math.Min(_to, floatsTo);
            if (isSummed && come > summedTo)
            {
                checksum = Crc32C.Append(checksum, Bytes[summedTo..come]);
                summedTo = come;
            }

            var missing = bytes - (_to - _from);
            if (missing <= 0)
            {
                return;
            }

            ReadOnce((int)Math.Min((long)missing + beyond, Bytes.Length - _to));
        }
    }

    private void ReadOnce(int bytesMax)
    {
        IsWaiting = true;
        var count = wire.Read(Bytes.Slice(_to, bytesMax));
        IsWaiting = false;
        if (count == 0)
        {
            throw new LinkLostException(
                _to == _from ? LinkLostException.CleanEnd : $"{LinkLostException.CleanEnd} within a frame");
        }

        _to += count;
        ReadCount = unchecked(ReadCount + 1);
    }

    private void MakeRoom(int bytes)
    {
        if (_from == _to)
        {
            _from = _to = 0;
        }

        if (bytes > Bytes.Length)
        {
            var larger = new AlignedBuffer(
                Math.Max(bytes / sizeof(float), ReceiveBuffers.CommonFloats) + FrameLayout.HeaderBytes);
            Bytes[_from.._to].CopyTo(MemoryMarshal.AsBytes(larger.Span));
            buffers.Return(_buffer);
            (_buffer, _from, _to) = (larger, 0, _to - _from);
        }
        else if (_from + bytes > Bytes.Length)
        {
            Bytes[_from.._to].CopyTo(Bytes);
            (_from, _to) = (0, _to - _from);
        }
    }
}
