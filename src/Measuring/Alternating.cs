using System.Diagnostics;

namespace Distributed.Measuring;

/// <summary>Times several ways of doing a thing in turns, so that a slow moment meets all of them.</summary>
public static class Alternating
{
    /// <summary>The seconds that each way took, by way and round.</summary>
    /// <remarks>
    /// Every way runs once unmeasured, then as many times in a row per round as fill the time asked for. The order
    /// turns round each round, so that none is always the first.
    /// </remarks>
    public static double[][] Run(int rounds, TimeSpan atLeast, params Action[] ways)
    {
        var repeats = ways.Select(way => Repeats(way, atLeast)).ToArray();
        return Run(rounds, [.. ways.Zip(repeats, (way, count) => (Func<double>)(() => Time(way, count)))]);
    }

    /// <summary>The same for ways that time themselves: the seconds that each returned, by way and round.</summary>
    public static double[][] Run(int rounds, params Func<double>[] ways)
    {
        var seconds = ways.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                var way = round % 2 == 0 ? turn : ways.Length - 1 - turn;
                seconds[way][round] = ways[way]();
            }
        }

        return seconds;
    }

    private static int Repeats(Action way, TimeSpan atLeast)
    {
        way();
        var repeats = 1;
        for (; repeats < 1 << 20; repeats *= 2)
        {
            var total = Time(way, repeats) * repeats;
            if (total * 2 >= atLeast.TotalSeconds)
            {
                return Math.Max(1, (int)Math.Ceiling(repeats * atLeast.TotalSeconds / total));
            }
        }

        return repeats;
    }

    private static double Time(Action way, int repeats)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
        {
            way();
        }

        return Ticks.Since(started) / repeats;
    }
}
