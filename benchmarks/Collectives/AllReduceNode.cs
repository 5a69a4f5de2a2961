using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Engine.Memory;

namespace Distributed.Benchmarks.Collectives;

/// <summary>
/// All-reduce as a training step does it: partial sums straight to the owner of each segment, sums straight back to
/// everyone, in frames of bounded size that are summed and sent on one by one.
/// </summary>
/// <remarks>
/// A frame's piece of the own segment is complete when the others' frames are in and this node has begun the step too;
/// whoever comes last, a reader of frames or <see cref="Run"/>, sums it and sends the sums on. What others send a step
/// ahead waits in a second set of buffers; further ahead nobody can be.
/// </remarks>
internal sealed class AllReduceNode : IDataReceiver, IDisposable
{
    private readonly TcpDataLink _link;
    private readonly string[] _members;
    private readonly int _rank;
    private readonly int _frameFloats;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer[][] _received;
    private readonly int[][] _counts;
    private readonly int _segmentFirst;
    private readonly int _segmentFloats;
    private readonly int _piecesOfAll;
    private readonly SemaphoreSlim _done = new(0);
    private readonly long _generation;
    private int _missing;
    private long _step = -1;
    private string? _lost;

    internal AllReduceNode(
        TcpDataLink link, string[] members, int rank, AlignedBuffer input, int frameFloats, long generation)
    {
        (_link, _members, _rank, _input, _frameFloats) = (link, members, rank, input, frameFloats);
        _generation = generation;
        Output = new AlignedBuffer(input.Length);
        (_segmentFirst, _segmentFloats) = Segment(rank);
        var pieces = Pieces(_segmentFloats);
        _piecesOfAll = Enumerable.Range(0, members.Length).Sum(owner => Pieces(Segment(owner).Floats));
        // The own part lies in the input itself: see Sum.
        _received = [.. Enumerable.Range(0, 2).Select(_ => members.Select((_, from) =>
            new AlignedBuffer(from == rank ? 0 : _segmentFloats)).ToArray())];
        _counts = [new int[pieces], new int[pieces]];
    }

    internal AlignedBuffer Output { get; }

    /// <summary>One all-reduce of the input into the output.</summary>
    internal void Run()
    {
        Volatile.Write(ref _missing, _piecesOfAll);
        var step = Interlocked.Increment(ref _step);
        for (var i = 1; i < _members.Length; i++)
        {
            var owner = (_rank + i) % _members.Length;
            var (first, floats) = Segment(owner);
            for (var at = 0; at < floats; at += _frameFloats)
            {
                Send(owner, FrameKind.Partials, step, at, Math.Min(_frameFloats, floats - at), _input, first + at);
            }
        }

        for (var at = 0; at < _segmentFloats; at += _frameFloats)
        {
            if (Count(step, at) == _members.Length)
            {
                Sum(step, at, []);
            }
        }

        _done.Wait();
        if (_lost is not null)
        {
            throw new InvalidOperationException(_lost);
        }
    }

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (header.Generation != _generation)
        {
            return;
        }

        if (header.Kind == FrameKind.Weights)
        {
            floats.CopyTo(Output.Span[header.Offset..]);
            Done();
            return;
        }

        var at = header.Offset;
        var isLast = Volatile.Read(ref _counts[header.Step & 1][at / _frameFloats]) == _members.Length - 1;
        if (_members.Length > 2 || !isLast)
        {
            floats.CopyTo(_received[header.Step & 1][header.From].Span[at..]);
            floats = [];
        }

        if (Count(header.Step, at) == _members.Length)
        {
            Sum(header.Step, at, floats);
        }
    }

    void IDataReceiver.OnPeerLost(string address, string reason)
    {
        _lost = $"link to {address} lost: {reason}";
        _done.Release();
    }

    public void Dispose() => _done.Dispose();

    private int Count(long step, int at) => Interlocked.Increment(ref _counts[step & 1][at / _frameFloats]);

    /// <summary>All have given their part of a piece: sums it, straight from the frame if there is just one.</summary>
    private void Sum(long step, int at, ReadOnlySpan<float> direct)
    {
        var (count, place) = (Math.Min(_frameFloats, _segmentFloats - at), _segmentFirst + at);
        Volatile.Write(ref _counts[step & 1][at / _frameFloats], 0);
        var own = _input.Span.Slice(place, count);
        var sums = Output.Span.Slice(place, count);
        if (_members.Length == 1)
        {
            own.CopyTo(sums);
        }
        else if (_members.Length == 2)
        {
            TreeSum.Of(own, direct.Length > 0 ? direct : _received[step & 1][1 - _rank].Span.Slice(at, count), sums);
        }
        else
        {
            TreeSum.Of(_received[step & 1], _rank, own, at, sums);
        }

        for (var i = 1; i < _members.Length; i++)
        {
            Send((_rank + i) % _members.Length, FrameKind.Weights, step, place, count, Output, place);
        }

        Done();
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _done.Release();
        }
    }

    private void Send(int to, FrameKind kind, long step, int offset, int count, AlignedBuffer buffer, int from) =>
        _link.Send(_members[to], new FrameHeader(kind, _generation, step, _rank, 0, 0, offset, count), buffer, from);

    private (int First, int Floats) Segment(int rank)
    {
        var first = (int)((long)_input.Length * rank / _members.Length);
        return (first, (int)((long)_input.Length * (rank + 1) / _members.Length) - first);
    }

    private int Pieces(int floats) => (floats + _frameFloats - 1) / _frameFloats;
}
