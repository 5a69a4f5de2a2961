using System.Numerics;

namespace Distributed.Engine.Reduction;

/// <summary>How a shard is cut for the threads of one worker.</summary>
/// <remarks>
/// A pure function. No part has more micro-batches than the quotient, rounded up, so the step is as short as it can be;
/// within that, cuts are where the largest aligned blocks meet, so that few sums cross them.
/// </remarks>
public static class RangeCut
{
    /// <summary>So many parts that follow each other; empty ones where there are fewer micro-batches.</summary>
    public static MicrobatchRange[] Into(in MicrobatchRange range, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        var most = (range.Count + parts - 1) / parts;
        var cut = new MicrobatchRange[parts];
        var start = range.First;
        for (var part = 0; part < parts; part++)
        {
            var left = parts - 1 - part;
            var earliest = Math.Max(start, range.First + range.Count - (left * most));
            var latest = Math.Min(start + most, range.First + range.Count);
            var end = left == 0 ? latest : Roundest(earliest, latest);
            cut[part] = MicrobatchRange.Part(
                range.FirstSample + range.Samples, range.Size, start, end - start);
            start = end;
        }

        return cut;
    }

    /// <summary>The number of the two or between them with the most factors of two; the last of several.</summary>
    private static int Roundest(int earliest, int latest)
    {
        var best = latest;
        for (var end = latest - 1; end >= earliest; end--)
        {
            best = Zeros(end) > Zeros(best) ? end : best;
        }

        return best;
    }

    private static int Zeros(int number) => number == 0 ? int.MaxValue : BitOperations.TrailingZeroCount(number);
}
