using System.Buffers;
using System.Text;

namespace Distributed.Actors;

/// <summary>What a child may be called, and what it is called when nobody said.</summary>
internal static class ActorNames
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*$+:@&=,!~';()");

    /// <summary>The name for the n-th unnamed child, counted from 0: $a, $b, …</summary>
    internal static string Auto(long n)
    {
        var name = new StringBuilder("$");
        do
        {
            name.Append(Digits[(int)(n & 63)]);
            n >>= 6;
        }
        while (n > 0);
        return name.ToString();
    }

    /// <remarks>Errors: InvalidActorNameException when it is empty, starts with $ or has a bad character.</remarks>
    internal static void Check(string name)
    {
        var bad = name.AsSpan().IndexOfAnyExcept(Allowed);
        if (bad >= 0)
        {
            throw new InvalidActorNameException($"actor name '{name}': character '{name[bad]}' is not allowed");
        }

        if (name.Length == 0 || name[0] == '$')
        {
            throw new InvalidActorNameException($"actor name '{name}': must not be empty or start with $");
        }
    }
}
