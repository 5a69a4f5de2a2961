namespace Distributed.Cluster;

/// <summary>A range of the flat parameter buffer. Units: floats.</summary>
public readonly record struct FlatRange(int Offset, int Count)
{
    public int End => Offset + Count;

    /// <summary>What both have; of no floats where they do not meet.</summary>
    public FlatRange Overlap(FlatRange other)
    {
        var offset = Math.Max(Offset, other.Offset);
        return new FlatRange(offset, Math.Max(0, Math.Min(End, other.End) - offset));
    }
}
