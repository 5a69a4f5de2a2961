namespace Distributed.Measuring.Jobs;

/// <summary>Leases of about a given length.</summary>
public static class Leases
{
    /// <summary>Warms up what runs so many steps, and says how many take so long.</summary>
    public static int StepsFor(Func<int, TimeSpan> lease, TimeSpan length)
    {
        var steps = 4;
        while (true)
        {
            var took = lease(steps);
            if (took * 2 >= length || steps >= 1 << 14)
            {
                return Math.Clamp((int)Math.Ceiling(steps * (length / took)), 1, 1 << 14);
            }

            steps *= 2;
        }
    }
}
