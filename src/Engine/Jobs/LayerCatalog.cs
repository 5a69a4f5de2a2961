using Distributed.Engine.Data;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>A kind of layer that models may be spelled out with.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Parameters">What it takes; the name of the first may be left out where its value stands alone.</param>
/// <param name="Make">
/// Makes it from its arguments, which have been checked, and the sides of what comes in, without the batch. Errors:
/// <see cref="LayerMisfitException"/> where that does not fit.
/// </param>
public sealed record LayerKind(
    string Name, IReadOnlyList<LayerParameter> Parameters, Func<LayerArguments, IReadOnlyList<int>, Layer> Make)
{
    /// <summary>What it says itself about the sides of what comes in; null where it says nothing.</summary>
    internal Func<LayerArguments, IReadOnlyList<int>?> Expects { get; init; } = _ => null;

    internal IReadOnlyList<string> Names => [.. Parameters.Select(parameter => parameter.Name)];

    internal string Usage => Parameters.Count == 0 ? Name : $"{Name}({string.Join(", ", Names)})";
}

/// <summary>What comes into a layer does not fit it.</summary>
/// <param name="expects">What the layer expects, in words.</param>
/// <param name="remedy">What to do, where that is known.</param>
internal sealed class LayerMisfitException(string expects, string? remedy = null) : Exception(expects)
{
    internal string? Remedy => remedy;
}

/// <summary>All kinds of layers: the one place where a new one is made known to files and command lines.</summary>
public static class LayerCatalog
{
    private static readonly LayerParameter[] Window =
    [
        new("size", LayerValue.Size, Needed: true), new("stride", LayerValue.Size), new("padding", LayerValue.Padding),
    ];

    public static IReadOnlyList<LayerKind> Kinds { get; } =
    [
        new("linear",
            [new("outputs", LayerValue.Size, Needed: true), new("inputs", LayerValue.Size),
                new("bias", LayerValue.Flag)],
            Linear)
        {
            Expects = arguments => arguments.Size("inputs") is { } inputs ? [inputs] : null,
        },
        new("relu", [], (_, _) => new ReLU()),
        new("sigmoid", [], (_, _) => new Sigmoid()),
        new("tanh", [], (_, _) => new Tanh()),
        new("leaky-relu", [new("slope", LayerValue.Number)],
            (arguments, _) => new LeakyReLU(arguments.Number("slope", 0.01f))),
        new("gelu", [], (_, _) => new GELU()),
        new("silu", [], (_, _) => new SiLU()),
        new("softplus", [], (_, _) => new Softplus()),
        new("softmax", [], (_, _) => new Softmax()),
        new("log-softmax", [], (_, _) => new LogSoftmax()),
        new("flatten", [], (_, _) => new Flatten()),
        new("images", [], Images),
        new("conv",
            [new("filters", LayerValue.Size, Needed: true), new("size", LayerValue.Size, Needed: true),
                new("stride", LayerValue.Size), new("padding", LayerValue.Padding), new("dilation", LayerValue.Size),
                new("groups", LayerValue.Size), new("bias", LayerValue.Flag)],
            Convolution),
        new("maxpool", Window, (arguments, input) => new MaxPool2d(
            PoolSize(arguments, input), arguments.Size("stride"), arguments.Padding("padding"))),
        new("avgpool", Window, (arguments, input) => new AvgPool2d(
            PoolSize(arguments, input), arguments.Size("stride"), arguments.Padding("padding"))),
        new("globalpool", [], GlobalPool),
        new("batchnorm", [], BatchNorm),
        new("layernorm", [], (_, input) => new LayerNorm(input[^1])),
        new("dropout", [new("rate", LayerValue.Rate)], (arguments, _) => new Dropout(arguments.Number("rate", 0.5f))),
        new("embedding",
            [new("count", LayerValue.Size, Needed: true), new("width", LayerValue.Size, Needed: true)],
            (arguments, _) => new Embedding(arguments.NeededSize("count"), arguments.NeededSize("width"))),
        new("residual", [new("layers", LayerValue.Layers, Needed: true), new("shortcut", LayerValue.Layers)],
            (arguments, _) => new Residual(arguments.Layers("layers")!, arguments.Layers("shortcut"))),
    ];

    /// <summary>All kinds with their arguments, for help.</summary>
    public static string Usage => string.Join(", ", Kinds.Select(kind => kind.Usage));

    /// <summary>The kind of this name.</summary>
    /// <param name="problem">What is wrong with the name where there is none.</param>
    internal static LayerKind? Find(string name, out string problem)
    {
        var names = Kinds.Select(kind => kind.Name).ToList();
        problem = $"{name} is no layer: {Meant(name, names)}choose {string.Join(", ", names)}";
        return Kinds.FirstOrDefault(kind => kind.Name == name);
    }

    internal static string Meant(string typed, IReadOnlyList<string> names) =>
        NearestName.Of(typed, names) is { } near ? $"did you mean {near}? " : "";

    private static Linear Linear(LayerArguments arguments, IReadOnlyList<int> input)
    {
        var inputs = arguments.Size("inputs") ?? input[^1];
        return inputs == input[^1]
            ? new Linear(inputs, arguments.NeededSize("outputs"), arguments.Flag("bias", true))
            : throw new LayerMisfitException(
                $"expects {inputs} inputs",
                input.Aggregate(1, (product, side) => product * side) == inputs ? "write flatten before it" : null);
    }

    private static AsImages Images(LayerArguments arguments, IReadOnlyList<int> input) => input.Count is 2 or 3
        ? new AsImages()
        : throw new LayerMisfitException("expects height×width or channels×height×width");

    private static Conv2d Convolution(LayerArguments arguments, IReadOnlyList<int> input)
    {
        var (channels, size, dilation) =
            (Channels(input), arguments.NeededSize("size"), arguments.Size("dilation") ?? 1);
        CheckWindow(((size - 1) * dilation) + 1, arguments, input);
        return new Conv2d(
            channels, arguments.NeededSize("filters"), size, arguments.Size("stride") ?? 1,
            arguments.Padding("padding"), dilation, arguments.Size("groups") ?? 1, arguments.Flag("bias", true));
    }

    /// <summary>Images must be as large as a window of so many pixels, padding counted.</summary>
    private static void CheckWindow(int pixels, LayerArguments arguments, IReadOnlyList<int> input)
    {
        var least = pixels - (2 * arguments.Padding("padding"));
        if (input[1] < least || input[2] < least)
        {
            throw new LayerMisfitException($"expects images of at least {least}×{least} pixels");
        }
    }

    private static int PoolSize(LayerArguments arguments, IReadOnlyList<int> input)
    {
        _ = Channels(input);
        var (size, padding) = (arguments.NeededSize("size"), arguments.Padding("padding"));
        CheckWindow(size, arguments, input);
        return padding <= size / 2
            ? size
            : throw new ArgumentException(
                $"padding {padding} is more than half of size {size}: choose 0 to {size / 2}");
    }

    private static GlobalAvgPool GlobalPool(LayerArguments arguments, IReadOnlyList<int> input)
    {
        _ = Channels(input);
        return new GlobalAvgPool();
    }

    private static BatchNorm BatchNorm(LayerArguments arguments, IReadOnlyList<int> input) => input.Count == 1
        ? new BatchNorm(input[0])
        : new BatchNorm(Channels(input));

    /// <summary>The channels of images; errors where none come in.</summary>
    private static int Channels(IReadOnlyList<int> input) => input.Count == 3
        ? input[0]
        : throw new LayerMisfitException(
            "expects channels×height×width",
            input.Count == 2 ? "write images before it" : "put it where there are images, before flatten and linear");
}
