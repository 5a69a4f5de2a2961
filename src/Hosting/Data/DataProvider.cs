using System.Runtime.InteropServices;
using System.Text;
using Distributed.Cluster;
using Distributed.Cluster.Links;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Memory;

namespace Distributed.Hosting.Data;

/// <summary>
/// The coordinator's end of the data links: gives a job's data to workers that lack them, and passes everything else on
/// to the store.
/// </summary>
/// <remarks>
/// Data are packed when the first worker asks, and the pack is let go once nobody needs it. Cost: one copy of the
/// data, in floats, while they are sent.
/// </remarks>
internal sealed class DataProvider : IDataLink, IDataReceiver
{
    private readonly Lock _gate = new();
    private readonly IDataLink _link;
    private readonly WeakReference<AlignedBuffer> _packed = new(null!);
    private IDataReceiver? _receiver;
    private (string Identity, DataSplit Data)? _offer;

    /// <param name="link">What it works on; it is opened at once.</param>
    internal DataProvider(IDataLink link)
    {
        _link = link;
        link.Open(this);
    }

    public string Address => _link.Address;

    /// <summary>Who takes what belongs to training.</summary>
    public void Open(IDataReceiver receiver) => _receiver = receiver;

    public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0) =>
        _link.Send(address, header, buffer, offset);

    public void Reset() => _link.Reset();

    public void Renew(string address) => _link.Renew(address);

    /// <summary>From now on gives these data to whoever asks for this identity.</summary>
    internal void Offer(string identity, DataSplit data)
    {
        lock (_gate)
        {
            _offer = (identity, data);
            _packed.SetTarget(null!);
        }
    }

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (header.Kind != FrameKind.DataRequest)
        {
            _receiver?.OnFrame(header, floats);
        }
        else if (DataRequest.Read(floats) is { } request)
        {
            // Packing takes a while; frames of training must not wait for it.
            _ = Task.Run(() => Give(request));
        }
    }

    void IDataReceiver.OnPeerLost(string address, string reason) => _receiver?.OnPeerLost(address, reason);

    /// <summary>Who asks for other data gets an empty block: there are none such here.</summary>
    private void Give(DataRequest request)
    {
        AlignedBuffer pack;
        lock (_gate)
        {
            pack = _offer is { } offer && offer.Identity == request.Identity
                ? Packed(offer.Data)
                : new AlignedBuffer(0);
        }

        var header = new FrameHeader(FrameKind.DataBlock, 0, pack.Length, -1, 0, 0, 0, 0);
        if (pack.Length == 0)
        {
            _link.Send(request.Address, header);
        }

        _link.SendRange(request.Address, header, new FlatRange(0, pack.Length), pack);
    }

    private AlignedBuffer Packed(DataSplit data)
    {
        if (_packed.TryGetTarget(out var before) && before is not null)
        {
            return before;
        }

        try
        {
            var pack = DataPack.Pack(data);
            _packed.SetTarget(pack);
            return pack;
        }
        catch (UserErrorException)
        {
            return new AlignedBuffer(0); // too large to send
        }
    }
}

/// <summary>What a node without data sends: which data, and where to.</summary>
/// <param name="Identity">SHA-256 in hexadecimal, 64 characters.</param>
/// <param name="Address">The asking node's data address.</param>
internal sealed record DataRequest(string Identity, string Address)
{
    private const int IdentityBytes = 32;
    private const int AddressBytesMax = 512;

    /// <summary>As a frame's floats: the hash, then the address in UTF-8, filled up with zeros.</summary>
    internal AlignedBuffer Write()
    {
        var address = Encoding.UTF8.GetBytes(Address);
        var buffer = new AlignedBuffer((IdentityBytes + address.Length + sizeof(float) - 1) / sizeof(float));
        var bytes = MemoryMarshal.AsBytes(buffer.Span);
        Convert.FromHexString(Identity).CopyTo(bytes);
        address.CopyTo(bytes[IdentityBytes..]);
        return buffer;
    }

    /// <summary>Null where it is none.</summary>
    internal static DataRequest? Read(ReadOnlySpan<float> floats)
    {
        var bytes = MemoryMarshal.AsBytes(floats);
        return bytes.Length is <= IdentityBytes or > IdentityBytes + AddressBytesMax
            ? null
            : new DataRequest(
                Convert.ToHexStringLower(bytes[..IdentityBytes]),
                Encoding.UTF8.GetString(bytes[IdentityBytes..]).TrimEnd('\0'));
    }
}
