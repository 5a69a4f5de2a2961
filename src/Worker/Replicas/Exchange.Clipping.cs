using Distributed.Cluster.Links;

namespace Distributed.Worker.Replicas;

/// <content>
/// Steps whose gradient is clipped by its norm: an owner finishes its segments as they become ready, tells everyone
/// their squares, and updates once it has all owners' squares. Nothing is updated before, so whoever sends weights of
/// this step has heard everyone.
/// </content>
internal sealed partial class Exchange
{
    private void Finish(Clipping clipping, Lease lease, int bucket)
    {
        var segment = _plan.Segment(bucket, _rank);
        if (segment.Count > 0)
        {
            _update.Finish(
                lease.Batch.Table, _layout.Owner(_rank).ResultOffset(bucket), clipping.Gradient, segment.Offset,
                segment.Count, _job.Terms(_job.Optimizer, Step, lease.Plan).Weight);
        }

        clipping.SetFinished(bucket);
        if (clipping.IsWhole)
        {
            TellSquares(clipping);
            TryUpdateAll(clipping, lease);
        }
    }

    private void TellSquares(Clipping clipping)
    {
        if (!clipping.Tells(_rank))
        {
            return;
        }

        clipping.Norm.Square(_rank, clipping.Gradient);
        clipping.TryAdd(_rank);
        var (offset, count) = clipping.Norm.SumsOf(_rank);
        for (var i = 1; i < _plan.Workers; i++)
        {
            Send(
                (_rank + i) % _plan.Workers, FrameKind.Norms, 0, 0, offset, count, clipping.Norm.Sums, offset);
        }
    }

    private void OnNorms(Clipping clipping, in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (clipping.TryAdd(header.From))
        {
            floats.CopyTo(clipping.Norm.Sums.Span[header.Offset..]);
            TryUpdateAll(clipping, _lease!);
        }
    }

    private void TryUpdateAll(Clipping clipping, Lease lease)
    {
        if (!clipping.IsComplete)
        {
            return;
        }

        var (from, to) = (_replica.Current, _replica.Next);
        var scale = _job.Optimizer.Regularisation.Scale(clipping.Norm.Norm());
        var terms = _job.Terms(_job.Optimizer, Step, lease.Plan) with { Scale = scale };
        to.Invalidate();
        for (var bucket = 0; bucket < _plan.Buckets; bucket++)
        {
            var segment = _plan.Segment(bucket, _rank);
            if (segment.Count > 0)
            {
                _update.Apply(
                    clipping.Gradient, from.Buffers, to.Buffers, segment.Offset, segment.Count, terms);
                SendUpdated(to, bucket, segment);
            }

            _progress.SetUpdated(bucket);
        }

        TryCommit(lease);
    }
}
