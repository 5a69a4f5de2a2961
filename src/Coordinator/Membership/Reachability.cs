namespace Distributed.Coordinator.Membership;

/// <summary>Who has to go when some members of a forming generation do not reach each other.</summary>
public static class Reachability
{
    /// <summary>
    /// The fewest, more or less, without whom nobody is missed: again and again the one with the most broken pairs.
    /// </summary>
    /// <remarks>
    /// Who says it and whom it is said of count alike, since a link fails in either direction; of equals the highest
    /// rank goes, which has the least state to hand over by tradition only, but always the same one.
    /// </remarks>
    /// <param name="complaints">Who misses whom, by rank.</param>
    public static IReadOnlyList<int> Expel(IEnumerable<(int Rank, int Peer)> complaints)
    {
        var broken = complaints
            .Select(pair => (Low: Math.Min(pair.Rank, pair.Peer), High: Math.Max(pair.Rank, pair.Peer)))
            .Distinct().ToList();
        var expelled = new List<int>();
        while (broken.Count > 0)
        {
            var worst = broken.SelectMany(pair => new[] { pair.Low, pair.High })
                .GroupBy(rank => rank)
                .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key)
                .First().Key;
            expelled.Add(worst);
            broken.RemoveAll(pair => pair.Low == worst || pair.High == worst);
        }

        return expelled;
    }
}
