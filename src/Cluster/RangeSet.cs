namespace Distributed.Cluster;

/// <summary>
/// A set of places in the flat parameter buffer, kept as ascending ranges that do not touch. Immutable.
/// </summary>
public sealed class RangeSet
{
    private readonly FlatRange[] _ranges;

    private RangeSet(FlatRange[] ranges) => _ranges = ranges;

    public static RangeSet Empty { get; } = new([]);

    /// <summary>Ascending; none is empty, no two touch.</summary>
    public IReadOnlyList<FlatRange> Ranges => _ranges;

    /// <summary>Floats in the set.</summary>
    public int Count => _ranges.Sum(range => range.Count);

    /// <summary>All floats of a buffer of this length.</summary>
    public static RangeSet All(int length) => Of([new FlatRange(0, length)]);

    /// <summary>The union of these ranges, in any order, overlapping or not.</summary>
    public static RangeSet Of(IEnumerable<FlatRange> ranges)
    {
        var merged = new List<FlatRange>();
        foreach (var range in ranges.Where(range => range.Count > 0).OrderBy(range => range.Offset))
        {
            if (merged.Count > 0 && merged[^1].End >= range.Offset)
            {
                var last = merged[^1];
                merged[^1] = last with { Count = Math.Max(last.End, range.End) - last.Offset };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.Count == 0 ? Empty : new RangeSet([.. merged]);
    }

    public RangeSet Union(RangeSet other) => Of(_ranges.Concat(other._ranges));

    /// <summary>What is in this set and not in the other.</summary>
    public RangeSet Except(RangeSet other)
    {
        var left = new List<FlatRange>();
        foreach (var range in _ranges)
        {
            var from = range.Offset;
            foreach (var gone in other._ranges.Where(gone => gone.End > range.Offset && gone.Offset < range.End))
            {
                left.Add(new FlatRange(from, Math.Max(0, gone.Offset - from)));
                from = Math.Max(from, gone.End);
            }

            left.Add(new FlatRange(from, Math.Max(0, range.End - from)));
        }

        return Of(left);
    }

    /// <summary>What is in both.</summary>
    public RangeSet Intersect(RangeSet other) => Except(Except(other));

    public override string ToString() =>
        string.Join(",", _ranges.Select(range => $"{range.Offset}+{range.Count}"));
}
