using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;

namespace Distributed.Worker.Replicas;

/// <summary>
/// One generation coming together at one worker: say hello to everyone, give what others lack, get what it lacks.
/// </summary>
/// <remarks>
/// A hello says that its sender knows the generation's plan, so what it is to get can be sent to it; and that the link
/// works in that direction. Calls come one at a time; whoever calls holds the gate.
/// </remarks>
internal sealed class Formation
{
    private readonly Form _form;
    private readonly Replica _replica;
    private readonly IDataLink _link;
    private readonly SortedSet<int> _greeted;
    private readonly TaskCompletionSource<Formed> _result = new();
    private readonly RangeSet[] _stateMissing;
    private RangeSet _weightsMissing = RangeSet.Empty;
    private bool _hasProgressed;

    /// <param name="greeted">Ranks that have said hello before this worker knew the plan.</param>
    internal Formation(Form form, Replica replica, ReplicaJob job, IDataLink link, IEnumerable<int> greeted)
    {
        (_form, _replica, _link) = (form, replica, link);
        _greeted = [.. greeted];
        _stateMissing = [.. job.Optimizer.Slots.Select(_ => Incoming(weights: false))];
        if (form.Rank >= 0 && form.Start == StartFrom.Seed)
        {
            Seed(job);
        }
        else if (form.Rank >= 0 && !replica.TrySelect(form.Cursor.Step))
        {
            _weightsMissing = Incoming(weights: true);
            replica.Replace();
        }
    }

    internal Task<Formed> Result => _result.Task;

    internal long Generation => _form.Generation;

    private bool IsComplete => SilentCount == 0 && _weightsMissing.Count == 0
        && _stateMissing.All(missing => missing.Count == 0);

    /// <summary>How many members have not said hello; asked at every hello, so nothing is gone through.</summary>
    private int SilentCount => _form.Rank < 0 ? 0 : _form.Members.Length - 1 - _greeted.Count;

    /// <summary>Members that have not said hello.</summary>
    private ImmutableArray<int> Silent => _form.Rank < 0 ? [] :
        [.. Enumerable.Range(0, _form.Members.Length).Where(rank => rank != _form.Rank && !_greeted.Contains(rank))];

    /// <summary>Says hello to everyone that this worker has to do with.</summary>
    internal void Start()
    {
        if (_form.Rank >= 0)
        {
            var givers = _form.Incoming.Select(transfer => transfer.From);
            foreach (var address in _form.Members.Concat(givers).Distinct().Where(one => one != _link.Address))
            {
                _link.Send(address, FrameHeader.OfTransfer(FrameKind.Hello, _form, 0));
            }
        }

        foreach (var rank in _greeted)
        {
            Give(rank);
        }

        TryComplete();
    }

    /// <summary>What it still waits for; null once it is complete, or where something has come since the last time.
    /// </summary>
    internal PeersLost? Missing()
    {
        if (_result.Task.IsCompleted || _hasProgressed)
        {
            _hasProgressed = false;
            return null;
        }

        var givers = _form.Incoming.Select(transfer => _form.Members.IndexOf(transfer.From))
            .Where(rank => rank >= 0);
        var peers = Silent is { Length: > 0 } silent ? silent : [.. givers.Distinct()];
        var reason = Silent.Length > 0 ? PeersLost.NoHello : PeersLost.NoState;
        return new PeersLost(_form.Generation, _form.Rank, peers, reason);
    }

    internal void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        var range = new FlatRange(header.Offset, header.Count);
        _hasProgressed = true;
        switch (header.Kind)
        {
            case FrameKind.Hello:
                if (_greeted.Add(header.From))
                {
                    Give(header.From);
                }

                break;
            case FrameKind.WeightsTransfer:
                Take(ref _weightsMissing, range, floats, _replica.Current.Parameters.Span);
                break;
            case FrameKind.StateTransfer:
                Take(ref _stateMissing[header.Part], range, floats, _replica.Current.Slots[header.Part].Span);
                break;
            default:
                return;
        }

        TryComplete();
    }

    private static void Take(
        ref RangeSet missing, FlatRange range, ReadOnlySpan<float> floats, Span<float> destination)
    {
        // What came twice is not written twice: training may have gone on from it.
        var wanted = missing.Intersect(RangeSet.Of([range]));
        foreach (var part in wanted.Ranges)
        {
            floats.Slice(part.Offset - range.Offset, part.Count).CopyTo(destination[part.Offset..]);
        }

        missing = missing.Except(wanted);
    }

    private void Seed(ReplicaJob job)
    {
        _replica.Replace();
        var state = _replica.Current;
        job.Graph.Layout.Initialise(job.Seed, state.Parameters);
        foreach (var slot in state.Slots)
        {
            slot.Span.Clear();
        }

        state.Complete(_form.Cursor, RangeSet.All(state.Parameters.Length));
    }

    private void TryComplete()
    {
        if (!IsComplete || _result.Task.IsCompleted || _form.Rank < 0)
        {
            return;
        }

        var state = _replica.Current;
        state.Complete(_form.Cursor, state.State.Union(Incoming(weights: false)));
        _result.SetResult(new Formed(_form.Generation, _form.Rank));
    }

    /// <summary>Sends a member what it lacks and this worker holds.</summary>
    private void Give(int rank)
    {
        var outgoing = _form.Outgoing.Where(transfer => transfer.To == rank).ToList();
        if (outgoing.Count > 0 && !_replica.TrySelect(_form.Cursor.Step))
        {
            throw new InvalidOperationException($"step {_form.Cursor.Step} is to be given and not held");
        }

        foreach (var transfer in outgoing)
        {
            var sources = transfer.Weights ? [_replica.Current.Parameters] : _replica.Current.Slots;
            var kind = transfer.Weights ? FrameKind.WeightsTransfer : FrameKind.StateTransfer;
            var to = _form.Members[rank];
            for (var slot = 0; slot < sources.Count; slot++)
            {
                _link.SendRange(to, FrameHeader.OfTransfer(kind, _form, slot), transfer.Range, sources[slot]);
            }
        }
    }

    private RangeSet Incoming(bool weights) => RangeSet.Of(
        _form.Incoming.Where(transfer => transfer.Weights == weights).Select(transfer => transfer.Range));
}
