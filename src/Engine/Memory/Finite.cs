namespace Distributed.Engine.Memory;

/// <summary>Whether numbers are numbers.</summary>
internal static class Finite
{
    /// <summary>True when none is a NaN or an infinity.</summary>
    internal static bool All(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
