using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>A kind of layer that models may be spelled out with.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Arguments">Names, the first of which may be left out where its value stands alone.</param>
/// <param name="Make">
/// Makes it from its arguments and the shape that comes in, which is null where nobody knows it yet. Errors:
/// UserErrorException about an argument; where it does not fit what comes in, with a text that starts with "expects".
/// </param>
public sealed record LayerKind(
    string Name, IReadOnlyList<string> Arguments, Func<LayerArguments, IReadOnlyList<int>?, Layer> Make)
{
    internal string Usage => Arguments.Count == 0 ? Name : $"{Name}({string.Join(", ", Arguments)})";
}

/// <summary>All kinds of layers: the one place where a new one is made known to files and command lines.</summary>
public static class LayerCatalog
{
    public static IReadOnlyList<LayerKind> Kinds { get; } =
    [
        new("linear", ["outputs", "inputs", "bias"], Linear),
        new("relu", [], (_, _) => new ReLU()),
        new("sigmoid", [], (_, _) => new Sigmoid()),
        new("tanh", [], (_, _) => new Tanh()),
        new("leaky-relu", ["slope"], (arguments, _) => new LeakyReLU(arguments.Number("slope", 0.01f))),
        new("gelu", [], (_, _) => new GELU()),
        new("silu", [], (_, _) => new SiLU()),
        new("softplus", [], (_, _) => new Softplus()),
        new("flatten", [], (_, _) => new Flatten()),
        new("images", [], (_, _) => new AsImages()),
        new("conv", ["filters", "size", "stride", "padding", "dilation", "groups", "bias"], Convolution),
        new("maxpool", ["size", "stride", "padding"], (arguments, _) => new MaxPool2d(
            arguments.NeededSize("size"), arguments.Size("stride"), arguments.Padding())),
        new("avgpool", ["size", "stride", "padding"], (arguments, _) => new AvgPool2d(
            arguments.NeededSize("size"), arguments.Size("stride"), arguments.Padding())),
        new("globalpool", [], (_, _) => new GlobalAvgPool()),
        new("batchnorm", [], (_, input) => new BatchNorm(Known(input)[0])),
        new("layernorm", [], (_, input) => new LayerNorm(Known(input)[^1])),
        new("dropout", ["rate"], (arguments, _) => new Dropout(arguments.Number("rate", 0.5f))),
    ];

    /// <summary>All kinds with their arguments, for help.</summary>
    public static string Usage => string.Join(", ", Kinds.Select(kind => kind.Usage));

    /// <summary>The layer that is spelled.</summary>
    /// <param name="input">Sides of what comes in, without the batch; null where nobody knows.</param>
    /// <remarks>Errors: UserErrorException without the layer's number, which the caller knows.</remarks>
    public static Layer Make(LayerSpec spec, IReadOnlyList<int>? input)
    {
        var names = Kinds.Select(kind => kind.Name).ToList();
        var kind = Kinds.FirstOrDefault(kind => kind.Name == spec.Kind)
            ?? throw new UserErrorException(
                $"{spec.Kind} is no layer: {Meant(spec.Kind, names)}choose {string.Join(", ", names)}");
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in spec.Arguments)
        {
            var full = name.Length > 0 ? name : kind.Arguments.Count > 0 ? kind.Arguments[0] : "";
            if (!kind.Arguments.Contains(full, StringComparer.Ordinal))
            {
                throw new UserErrorException(kind.Arguments.Count == 0
                    ? $"{kind.Name} takes no arguments, {(name.Length > 0 ? name : value)} was given"
                    : $"{kind.Name} has no argument {full}: {Meant(full, kind.Arguments)}choose "
                        + string.Join(", ", kind.Arguments));
            }

            if (!given.TryAdd(full, value))
            {
                throw new UserErrorException($"{kind.Name}: {full} is there twice: leave one of them out");
            }
        }

        return kind.Make(new LayerArguments(kind, given), input);
    }

    private static Linear Linear(LayerArguments arguments, IReadOnlyList<int>? input)
    {
        var outputs = arguments.NeededSize("outputs");
        var before = input is { Count: > 0 } ? input[^1] : (int?)null;
        var inputs = arguments.Size("inputs") ?? before
            ?? throw new UserErrorException("inputs is missing: nobody knows yet what comes in");
        return before is { } given && given != inputs
            ? throw new UserErrorException($"expects {inputs} inputs")
            : new Linear(inputs, outputs, arguments.Flag("bias", true));
    }

    private static Conv2d Convolution(LayerArguments arguments, IReadOnlyList<int>? input)
    {
        if (Known(input).Count != 3)
        {
            throw new UserErrorException("expects channels×height×width (write images before it)");
        }

        return new Conv2d(
            input![0], arguments.NeededSize("filters"), arguments.NeededSize("size"), arguments.Size("stride") ?? 1,
            arguments.Padding(), arguments.Size("dilation") ?? 1, arguments.Size("groups") ?? 1,
            arguments.Flag("bias", true));
    }

    private static IReadOnlyList<int> Known(IReadOnlyList<int>? input) => input is { Count: > 0 }
        ? input
        : throw new UserErrorException("nobody knows yet what comes in");

    private static string Meant(string typed, IReadOnlyList<string> names) =>
        NearestName.Of(typed, names) is { } near ? $"did you mean {near}? " : "";
}
