using System.Globalization;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Jobs;

/// <summary>A layer as a job spells it: fc1=linear(inputs=784,outputs=128).</summary>
/// <param name="Kind">A kind of <see cref="LayerCatalog"/>.</param>
/// <param name="Name">What messages and parameters call it; null for its kind and number.</param>
/// <param name="Arguments">By name; an empty name stands for the kind's first argument.</param>
public sealed record LayerSpec(string Kind, string? Name, IReadOnlyList<(string Name, string Value)> Arguments)
{
    /// <summary>True for a model that is spelled out as [layer, layer, …].</summary>
    public static bool IsList(string model) => model.StartsWith('[');

    /// <summary>A model as text that <see cref="ReadList"/> reads back.</summary>
    public static string WriteList(IEnumerable<LayerSpec> layers) => $"[{string.Join(", ", layers)}]";

    /// <summary>Reads a model that is spelled out.</summary>
    /// <remarks>Errors: UserErrorException saying which layer cannot be read.</remarks>
    public static IReadOnlyList<LayerSpec> ReadList(string model)
    {
        if (!model.EndsWith(']'))
        {
            throw new UserErrorException($"--model '{model}' has no ] at its end: write layers as [linear(64), relu]");
        }

        return [.. Split(model[1..^1]).Select((text, index) => Read(text.Trim(), index + 1))];
    }

    public override string ToString()
    {
        var arguments = string.Join(
            ",", Arguments.Select(one => one.Name.Length == 0 ? one.Value : $"{one.Name}={one.Value}"));
        return $"{(Name is null ? "" : $"{Name}=")}{Kind}{(arguments.Length == 0 ? "" : $"({arguments})")}";
    }

    private static LayerSpec Read(string text, int number)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0 && !text.EndsWith(')'))
        {
            throw new UserErrorException($"--model layer {number} '{text}' has no ) at its end");
        }

        var head = (open < 0 ? text : text[..open]).Split('=', 2, StringSplitOptions.TrimEntries);
        var inside = open < 0 ? "" : text[(open + 1)..^1];
        var arguments = inside.Trim().Length == 0 ? [] : inside.Split(',').Select(
            part => part.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value]
                ? (name, value)
                : ("", part.Trim())).ToArray();
        return new LayerSpec(head[^1], head.Length == 2 ? head[0] : null, arguments);
    }

    private static IEnumerable<string> Split(string list)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] == '(' ? 1 : list[i] == ')' ? -1 : 0;
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }

        if (list[start..].Trim().Length > 0)
        {
            yield return list[start..];
        }
    }
}

/// <summary>A layer's arguments while it is built.</summary>
/// <param name="kind">What may be there.</param>
/// <param name="given">What is there; names have been checked.</param>
public sealed class LayerArguments(LayerKind kind, IReadOnlyDictionary<string, string> given)
{
    /// <summary>A whole number of 1 or more; null where it was not given and may be left out.</summary>
    /// <remarks>Errors: UserErrorException for another one.</remarks>
    public int? Size(string name) => !given.TryGetValue(name, out var text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 ? size
        : throw new UserErrorException($"{name} '{text}' is no size: choose a whole number from 1");

    /// <summary>The same for an argument that must be there.</summary>
    public int NeededSize(string name) => Size(name)
        ?? throw new UserErrorException($"{name} is missing: write {kind.Usage}");

    /// <summary>A whole number of 0 or more, called padding; 0 where it was not given.</summary>
    /// <remarks>Errors: UserErrorException for another one.</remarks>
    public int Padding() => !given.TryGetValue("padding", out var text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var padding) ? padding
        : throw new UserErrorException($"padding '{text}' is no padding: choose a whole number from 0");

    /// <summary>A number.</summary>
    /// <remarks>Errors: UserErrorException for what is none.</remarks>
    public float Number(string name, float otherwise) => !given.TryGetValue(name, out var text) ? otherwise
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && float.IsFinite(number) ? number
        : throw new UserErrorException($"{name} '{text}' is not a number");

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool otherwise) => !given.TryGetValue(name, out var text) ? otherwise
        : bool.TryParse(text, out var flag) ? flag
        : throw new UserErrorException($"{name} '{text}' is not true or false");
}
