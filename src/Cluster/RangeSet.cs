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

    /// <summary>What is in this set and not in the other. Both are gone through once, side by side.</summary>
    public RangeSet Except(RangeSet other)
    {
        var left = new List<FlatRange>();
        var next = 0;
        foreach (var range in _ranges)
        {
            var from = range.Offset;
            for (next = other.FirstAfter(range.Offset, next); next < other._ranges.Length; next++)
            {
                var gone = other._ranges[next];
                if (gone.Offset >= range.End)
                {
                    break;
                }

                AddTo(left, from, gone.Offset);
                from = gone.End;
                if (gone.End > range.End)
                {
                    break; // it may reach into the next range too
                }
            }

            AddTo(left, from, range.End);
        }

        return left.Count == 0 ? Empty : new RangeSet([.. left]);
    }

    /// <summary>What is in both. Both are gone through once, side by side.</summary>
    public RangeSet Intersect(RangeSet other)
    {
        var shared = new List<FlatRange>();
        var next = 0;
        foreach (var range in _ranges)
        {
            for (next = other.FirstAfter(range.Offset, next); next < other._ranges.Length; next++)
            {
                var overlap = range.Overlap(other._ranges[next]);
                AddTo(shared, overlap.Offset, overlap.End);
                if (other._ranges[next].End > range.End)
                {
                    break; // it may reach into the next range too
                }
            }
        }

        return shared.Count == 0 ? Empty : new RangeSet([.. shared]);
    }

    public override string ToString() =>
        string.Join(",", _ranges.Select(range => $"{range.Offset}+{range.Count}"));

    /// <summary>The first range from this index on that ends after the place.</summary>
    private int FirstAfter(int place, int index)
    {
        while (index < _ranges.Length && _ranges[index].End <= place)
        {
            index++;
        }

        return index;
    }

    private static void AddTo(List<FlatRange> ranges, int from, int end)
    {
        if (end > from)
        {
            ranges.Add(new FlatRange(from, end - from));
        }
    }
}
