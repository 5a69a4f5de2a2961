using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Pace;

/// <summary>Who holds a plan up that takes long.</summary>
public static class Holdup
{
    /// <summary>
    /// Those that do not say how far they are; else those that compute without getting further while the others wait;
    /// else the one that most wait for, of equals the highest rank. Nobody while anyone moves.
    /// </summary>
    /// <param name="missing">Ranks that have not reported.</param>
    /// <param name="before">Positions at the question before, by rank; null where none was told.</param>
    /// <param name="now">Positions now, by rank.</param>
    public static (IReadOnlyList<int> Ranks, string Reason) Decide(
        IReadOnlyList<int> missing, IReadOnlyList<Position?> before, IReadOnlyList<Position?> now)
    {
        var silent = missing.Where(rank => now[rank] is null).ToList();
        if (silent.Count > 0)
        {
            return (silent, "does not say how far it is");
        }

        if (missing.Any(rank => before[rank] is null || !now[rank]!.IsWhere(before[rank]!)))
        {
            return ([], "it goes on, slowly");
        }

        var computing = missing.Where(rank => now[rank]!.Computes).ToList();
        if (computing.Count > 0)
        {
            return (computing, "its compute does not get any further");
        }

        var waitedFor = missing.SelectMany(rank => now[rank]!.WaitsFor).Where(missing.Contains)
            .GroupBy(rank => rank).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key)
            .FirstOrDefault();
        return ([waitedFor?.Key ?? missing[^1]], "what it was to send does not come");
    }
}
