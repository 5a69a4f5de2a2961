namespace Distributed.Cluster.Links.Tcp;

/// <summary>A connection that another node has made to this one; it carries that node's frames.</summary>
/// <remarks>
/// Its own thread first lets the other side prove itself, then reads frames and hands each to the receiver. The other
/// direction carries this node's signs of life and nothing else.
/// </remarks>
internal sealed class IncomingLink(TcpDataLink owner, Wire wire)
{
    /// <summary>All that is ever sent towards the dialler.</summary>
    internal const byte SignOfLife = 1;

    private volatile FrameReader? _reader;
    private volatile bool _isClosed;
    private int _readCount;
    private int _silentTicks;

    /// <summary>The dialler's address; empty until it has proved itself.</summary>
    internal string Address { get; private set; } = "";

    /// <summary>The highest generation of its frames; null before the first. Guarded by the owner.</summary>
    internal long? Generation { get; set; }

    internal void Run()
    {
        try
        {
            Address = Prove();
            if (owner.TryAdmit(this) is { } refusal)
            {
                throw new LinkLostException(refusal);
            }

            ReadFrames();
        }
        catch (Exception error) // whatever the network brings ends this link, and nothing else
        {
            wire.Close();
            if (!_isClosed)
            {
                var isClosedHere = error is not LinkLostException { IsRefusal: true } && wire.ClosedFor is not null;
                owner.OnLost(this, wire.Remote, isClosedHere ? wire.ClosedFor! : LinkLostException.Words(error));
            }
        }
        finally
        {
            wire.Close();
        }
    }

    internal void Close()
    {
        _isClosed = true;
        wire.Close();
    }

    /// <summary>Time has passed: gives a sign of life, and misses the peer's.</summary>
    internal void Tick(int silentTicksMax)
    {
        if (_reader is not { } reader)
        {
            return;
        }

        // A reader that is busy with a frame hears nothing, which is not the peer's fault.
        var isSilent = reader.IsWaiting && reader.ReadCount == _readCount;
        _readCount = reader.ReadCount;
        _silentTicks = isSilent ? _silentTicks + 1 : 0;
        if (_silentTicks > silentTicksMax)
        {
            wire.Close($"time-out: nothing came for {owner.Options.SilenceMax.TotalSeconds:0.#} s");
            return;
        }

        try
        {
            wire.TryWrite(SignOfLife);
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            wire.Close(LinkLostException.Words(error));
        }
    }

    private string Prove()
    {
        var within = owner.Options.HandshakeMax;
        var late = $"time-out: it did not prove itself within {within.TotalSeconds:0.#} s";
        using var deadline = owner.Clock.CreateTimer(_ => wire.Close(late), null, within, Timeout.InfiniteTimeSpan);
        try
        {
            if (owner.Security.IsEncrypted)
            {
                wire.EncryptAsListener(owner.Security);
            }

            return Handshake.Accept(wire, owner.Security.Token, owner.Address);
        }
        finally
        {
            owner.HalfOpen.Remove(wire);
        }
    }

    private void ReadFrames()
    {
        using var reader = new FrameReader(wire, owner.Buffers, owner.Options.FrameFloatsMax);
        _reader = reader;
        while (true)
        {
            var header = reader.Read(out var floats);
            if (header.Kind != FrameLayout.SignOfLife && !_isClosed)
            {
                owner.Deliver(this, header, floats);
            }
        }
    }
}
