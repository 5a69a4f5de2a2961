namespace Distributed.Simulation.Tests.Cluster;

/// <summary>The shortest end of an event log that tells what led to a failure.</summary>
internal static class Story
{
    private const int LinesMax = 80;

    /// <summary>Faults before the end that are part of the story.</summary>
    private const int FaultsTold = 2;

    private static readonly string[] Noise = ["SignOfLife", "data link", "drops its data links"];

    /// <summary>From the last faults on, without what goes on in any case; a long middle is left out.</summary>
    internal static string Of(IReadOnlyList<string> log)
    {
        var first = log.Count;
        for (var faults = 0; first > 0 && faults < FaultsTold;)
        {
            first--;
            faults += log[first].Contains(" mischief ", StringComparison.Ordinal) ? 1 : 0;
        }

        var told = log.Skip(first)
            .Where(line => !Noise.Any(noise => line.Contains(noise, StringComparison.Ordinal))).ToList();
        if (told.Count > LinesMax)
        {
            var left = told.Count - LinesMax;
            told.RemoveRange(LinesMax / 2, left);
            told.Insert(LinesMax / 2, $"… {left} lines …");
        }

        return string.Join(Environment.NewLine, told);
    }
}
