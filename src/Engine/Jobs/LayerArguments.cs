using System.Globalization;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>An argument that a kind of layer takes.</summary>
/// <param name="Needed">False for one that may be left out.</param>
public sealed record LayerParameter(string Name, LayerValue Value, bool Needed = false)
{
    /// <summary>What is wrong with this value; null where it will do.</summary>
    internal string? Problem(LayerArgument argument)
    {
        if (argument.Layers is { } layers)
        {
            return Value != LayerValue.Layers ? $"{Name} is a list: needs {What}"
                : layers.Count == 0 ? $"{Name} is an empty list: needs a layer"
                : null;
        }

        return Value switch
        {
            LayerValue.Size => Whole(argument.Text) is >= 1,
            LayerValue.Padding => Whole(argument.Text) is >= 0,
            LayerValue.Number => Number(argument.Text) is not null,
            LayerValue.Rate => Number(argument.Text) is >= 0 and < 1,
            LayerValue.Flag => bool.TryParse(argument.Text, out _),
            _ => false,
        } ? null : $"{Name} '{argument.Text}' is not {What}";
    }

    internal static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : null;

    internal static float? Number(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && float.IsFinite(number) ? number : null;

    private string What => Value switch
    {
        LayerValue.Size => "a whole number from 1",
        LayerValue.Padding => "a whole number from 0",
        LayerValue.Number => "a number",
        LayerValue.Rate => "a number from 0 up to below 1",
        LayerValue.Flag => "true or false",
        _ => "a list of layers",
    };
}

/// <summary>What an argument of a layer may be.</summary>
public enum LayerValue
{
    /// <summary>A whole number of 1 or more.</summary>
    Size,

    /// <summary>A whole number of 0 or more.</summary>
    Padding,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>A number of 0 or more and below 1.</summary>
    Rate,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A list of layers.</summary>
    Layers,
}

/// <summary>A layer's arguments by name, all of them checked, while it is built.</summary>
public sealed class LayerArguments
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sequential> _layers = new(StringComparer.Ordinal);

    /// <summary>A size; null where it was left out.</summary>
    public int? Size(string name) => _texts.TryGetValue(name, out var text) ? LayerParameter.Whole(text) : null;

    /// <summary>A size that must be there.</summary>
    public int NeededSize(string name) => Size(name)!.Value;

    /// <summary>A padding; 0 where it was left out.</summary>
    public int Padding(string name) => Size(name) ?? 0;

    /// <summary>A number or a rate.</summary>
    public float Number(string name, float otherwise) =>
        _texts.TryGetValue(name, out var text) ? LayerParameter.Number(text)!.Value : otherwise;

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool otherwise) =>
        _texts.TryGetValue(name, out var text) ? bool.Parse(text) : otherwise;

    /// <summary>Layers; null where they were left out.</summary>
    public Sequential? Layers(string name) => _layers.GetValueOrDefault(name);

    /// <summary>True where nobody knows what comes out of some of its layers.</summary>
    internal bool Unknown { get; set; }

    internal void Add(string name, string text) => _texts.Add(name, text);

    internal void Add(string name, Sequential layers) => _layers.Add(name, layers);
}
