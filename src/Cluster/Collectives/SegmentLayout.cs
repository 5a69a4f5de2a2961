using Distributed.Engine.Plans;

namespace Distributed.Cluster.Collectives;

/// <summary>
/// Where the partial sums of one worker's segments lie: in the sender's buffer, which spans the model, and close
/// together at the owner.
/// </summary>
/// <remarks>
/// A segment's results may be sums of several terms (see <see cref="PartialLayout"/>), so the owner gets one stretch
/// of floats for the segment and one for each term that meets it, in the same order from every sender.
/// </remarks>
public sealed class SegmentLayout
{
    private readonly List<Stretch>[] _stretches;
    private readonly int[] _results;

    public SegmentLayout(BucketPlan plan, int rank, PartialLayout partials)
    {
        _stretches = [.. Enumerable.Range(0, plan.Buckets).Select(_ => new List<Stretch>())];
        _results = new int[plan.Buckets];
        var length = 0;
        for (var bucket = 0; bucket < plan.Buckets; bucket++)
        {
            var segment = plan.Segment(bucket, rank);
            _results[bucket] = length;
            if (segment.Count > 0)
            {
                _stretches[bucket].Add(new Stretch(segment.Offset, length, segment.Count));
            }

            length += segment.Count;
        }

        var results = length;
        var terms = new List<PartialTerm>();
        foreach (var term in partials.Terms)
        {
            for (var bucket = 0; bucket < plan.Buckets; bucket++)
            {
                var segment = plan.Segment(bucket, rank);
                var shared = segment.Overlap(new FlatRange(term.ResultOffset, term.Length));
                if (shared.Count > 0)
                {
                    var source = term.Offset + shared.Offset - term.ResultOffset;
                    _stretches[bucket].Add(new Stretch(source, length, shared.Count));
                    terms.Add(new PartialTerm(
                        _results[bucket] + shared.Offset - segment.Offset, length, shared.Count));
                    length += shared.Count;
                }
            }
        }

        Partials = new PartialLayout(results, length, terms);
    }

    /// <summary>How the floats lie at the owner.</summary>
    public PartialLayout Partials { get; }

    /// <summary>Where a bucket's results start at the owner.</summary>
    public int ResultOffset(int bucket) => _results[bucket];

    /// <summary>A bucket's stretches; none where the worker owns nothing of it.</summary>
    public IReadOnlyList<Stretch> Stretches(int bucket) => _stretches[bucket];

    /// <summary>Units: floats; From in the sender's buffer of one piece, To in the owner's.</summary>
    public readonly record struct Stretch(int From, int To, int Count);
}
