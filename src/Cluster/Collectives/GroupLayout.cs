using Distributed.Engine.Plans;

namespace Distributed.Cluster.Collectives;

/// <summary>Who owns what in a group of this size, and how every owner lays out what it is sent.</summary>
public sealed class GroupLayout
{
    private readonly SegmentLayout[] _owners;

    public GroupLayout(int length, int buckets, int workers, PartialLayout partials)
    {
        Plan = new BucketPlan(length, buckets, workers);
        _owners = [.. Enumerable.Range(0, workers).Select(rank => new SegmentLayout(Plan, rank, partials))];
    }

    public BucketPlan Plan { get; }

    /// <summary>An owner's layout, by rank.</summary>
    public SegmentLayout Owner(int rank) => _owners[rank];
}
