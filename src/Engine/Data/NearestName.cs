namespace Distributed.Engine.Data;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>The name with the fewest edits to what was typed, first among equals; null when none is near.</summary>
    /// <remarks>Near is at most a third of the longer name's letters, but at least one; case does not count.</remarks>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        string? nearest = null;
        var fewest = int.MaxValue;
        foreach (var name in names)
        {
            var edits = Edits(typed.ToUpperInvariant(), name.ToUpperInvariant());
            if (edits < fewest && edits <= Math.Max(1, Math.Max(typed.Length, name.Length) / 3))
            {
                (nearest, fewest) = (name, edits);
            }
        }
        return nearest;
    }

    /// <summary>The least number of insertions, deletions and replacements from one text to another.</summary>
    /// <remarks>Source: Levenshtein 1966; one row of the table at a time.</remarks>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.Length];
    }
}
