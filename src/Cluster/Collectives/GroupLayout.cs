using Distributed.Engine.Plans;

namespace Distributed.Cluster.Collectives;

/// <summary>Who owns what in a group of this size, and how every owner lays out what it is sent.</summary>
public sealed class GroupLayout
{
    private readonly SegmentLayout[] _owners;
    private readonly SegmentLayout _whole;

    public GroupLayout(int length, int buckets, int workers, PartialLayout partials)
    {
        Plan = new BucketPlan(length, buckets, workers);
        _owners = [.. Enumerable.Range(0, workers).Select(rank => new SegmentLayout(Plan, rank, partials))];
        _whole = new SegmentLayout(new BucketPlan(length, buckets, 1), 0, partials);
    }

    public BucketPlan Plan { get; }

    /// <summary>All that a bucket has of the sender's buffer, whoever owns it.</summary>
    public IReadOnlyList<SegmentLayout.Stretch> Bucket(int bucket) => _whole.Stretches(bucket);

    /// <summary>An owner's layout, by rank.</summary>
    public SegmentLayout Owner(int rank) => _owners[rank];
}
