namespace Distributed.Engine.Jobs;

/// <summary>A layer as a job spells it: fc1=linear(inputs=784,outputs=128).</summary>
/// <param name="Kind">A kind of <see cref="LayerCatalog"/>; empty for a layer that could not be read, which is passed
/// over where models are checked.</param>
/// <param name="Name">What messages and parameters call it; null for its kind and number.</param>
/// <param name="Arguments">As they are written.</param>
public sealed record LayerSpec(string Kind, string? Name, IReadOnlyList<LayerArgument> Arguments)
{
    /// <summary>Lists of layers inside layers of lists, at most: more are a mistake, or mischief.</summary>
    public const int DepthMax = 16;

    /// <summary>Stands for a layer that could not be read.</summary>
    public static LayerSpec Unread { get; } = new("", null, []);

    /// <summary>True for a model that is spelled out as [layer, layer, …].</summary>
    public static bool IsList(string model) => model.StartsWith('[');

    /// <summary>A model as text that <see cref="ReadList"/> reads back.</summary>
    public static string WriteList(IEnumerable<LayerSpec> layers) => $"[{string.Join(", ", layers)}]";

    /// <summary>Reads a model that is spelled out.</summary>
    /// <remarks>Errors: UserErrorException saying where it cannot be read.</remarks>
    public static IReadOnlyList<LayerSpec> ReadList(string model) => new LayerText(model).Read();

    public override string ToString() =>
        $"{(Name is null ? "" : $"{Name}=")}{Kind}{(Arguments.Count == 0 ? "" : $"({string.Join(",", Arguments)})")}";
}

/// <summary>An argument of a layer: outputs=128, or layers=[conv(16), relu].</summary>
/// <param name="Name">Empty where the value stands alone.</param>
/// <param name="Text">The value; empty for a list.</param>
/// <param name="Layers">The list, where it is one.</param>
public sealed record LayerArgument(string Name, string Text, IReadOnlyList<LayerSpec>? Layers = null)
{
    /// <summary>The value alone.</summary>
    public string Value => Layers is null ? Text : LayerSpec.WriteList(Layers);

    public override string ToString() => Name.Length == 0 ? Value : $"{Name}={Value}";
}
