using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Worker.Replicas;

/// <content>What goes out of a worker's own shard, and where the pieces of all workers lie.</content>
internal sealed partial class Exchange
{
    /// <summary>Room for this piece of every worker. Made when it is first needed: any shard may come, and most come in
    /// a piece or two.</summary>
    private PartialSums Received(int piece) =>
        _received[piece] ??= new PartialSums(_layout.Owner(_rank).Partials.Length, _plan.Workers);

    private void SendLosses(Lease lease)
    {
        var shard = lease.Batch.Shards[_rank];
        var arrivals = Arrivals(Step);
        var frame = _lossFrames[Step & 1];
        arrivals.Losses.AsSpan(shard.First, shard.Count).CopyTo(frame.Span);
        arrivals.Hits.AsSpan(shard.First, shard.Count).CopyTo(frame.Span[shard.Count..]);
        arrivals.TryAddLosses(_rank);
        for (var i = 1; i < _plan.Workers; i++)
        {
            Send((_rank + i) % _plan.Workers, FrameKind.Losses, 0, 0, shard.First, 2 * shard.Count, frame, 0);
        }
    }

    /// <summary>To every owner its part, starting after this worker so that no owner is everyone's first.</summary>
    private void SendPartials(Lease lease, int bucket)
    {
        var pieces = lease.Batch.Pieces[_rank];
        for (var i = 0; i < _plan.Workers; i++)
        {
            var owner = (_rank + i) % _plan.Workers;
            var stretches = _layout.Owner(owner).Stretches(bucket);
            for (var piece = 0; piece < pieces; piece++)
            {
                var place = _runner.PlaceOf(piece);
                for (var s = 0; s < stretches.Count; s++)
                {
                    var (from, to, count) = stretches[s];
                    if (owner == _rank)
                    {
                        place.Floats.Slice(from, count).CopyTo(Received(piece).Piece(_rank)[to..]);
                        continue;
                    }

                    Send(
                        owner, FrameKind.Partials, bucket, (piece * stretches.Count) + s, to, count, place.Buffer,
                        place.Start + from);
                }
            }
        }
    }

    private void Send(
        int to, FrameKind kind, int bucket, int part, int offset, int count, AlignedBuffer buffer, int from) =>
        _link.Send(
            _form.Members[to], new FrameHeader(kind, Generation, Step, _rank, bucket, part, offset, count), buffer,
            from);
}
