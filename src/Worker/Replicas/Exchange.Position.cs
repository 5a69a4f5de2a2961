using Distributed.Cluster.Messages;

namespace Distributed.Worker.Replicas;

/// <content>How far the step is that is under way, for a coordinator that finds it long.</content>
internal sealed partial class Exchange
{
    internal Position Position()
    {
        var buckets = Enumerable.Range(0, _plan.Buckets).ToList();
        var arrivals = Arrivals(Step);
        var computes = _lease is not null && buckets.Any(bucket => !_progress.IsReady(bucket));
        var missing = Enumerable.Range(0, _plan.Workers).Where(
            rank => rank != _rank && _lease is not null
                && (!arrivals.HasHeard(rank) || _progress.Lacks(rank) || _clipping?.Lacks(rank) == true));
        var parts = buckets.Sum(
            bucket => arrivals.PartCount(bucket) + (_progress.IsReady(bucket) ? 1 : 0)
                + (_progress.IsUpdated(bucket) ? 1 : 0));
        return new Position(
            Generation, _rank, Step, parts + arrivals.HeardCount + _progress.WeightsCount
                + (_clipping?.HeardCount ?? 0), computes, [.. missing]);
    }
}
