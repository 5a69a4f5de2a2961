namespace Distributed.Coordinator.Membership;

/// <summary>Whether enough workers have joined to begin, or to begin again.</summary>
public static class Muster
{
    /// <summary>Decides, with the reason as one sentence.</summary>
    /// <param name="joined">Nodes that are here.</param>
    /// <param name="expected">Nodes that held the state before; empty for a job that begins.</param>
    /// <param name="needed">How many a job waits for that begins.</param>
    /// <param name="waited">How long it has been waiting.</param>
    /// <param name="patience">How long it waits for those expected before the others are asked what they hold.</param>
    /// <param name="grace">How long it waits for those expected before it does without them and what they hold.</param>
    public static (bool Begins, string Reason) Decide(
        IReadOnlyList<string> joined, IReadOnlyList<string> expected, int needed, TimeSpan waited, TimeSpan patience,
        TimeSpan grace)
    {
        if (expected.Count == 0)
        {
            return (joined.Count >= needed, $"{joined.Count} of {needed} workers have joined");
        }

        var missing = expected.Except(joined).ToList();
        if (missing.Count == 0)
        {
            return (true, $"all {expected.Count} workers are back");
        }

        var enough = missing.Count < expected.Count ? patience : grace;
        return (joined.Count > 0 && waited >= enough,
            $"{string.Join(", ", missing)} missing for {waited.TotalSeconds:0.#} of {grace.TotalSeconds:0.#} s");
    }
}
