namespace Distributed.Measuring.Jobs;

/// <summary>Leases of about a given length.</summary>
public static class Leases
{
    /// <summary>Warms a run up and says how many of its steps take so long.</summary>
    public static int StepsFor(TrainingRun run, TimeSpan length)
    {
        var steps = 4;
        while (true)
        {
            var took = run.Lease(steps);
            if (took * 2 >= length || steps >= 1 << 14)
            {
                return Math.Clamp((int)Math.Ceiling(steps * (length / took)), 1, 1 << 14);
            }

            steps *= 2;
        }
    }
}
