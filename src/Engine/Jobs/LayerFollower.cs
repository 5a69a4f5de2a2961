using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>A list of layers that is followed: the model's own, or one inside a layer.</summary>
/// <param name="Path">What a layer's number is put behind.</param>
/// <param name="Called">What messages put before a layer: nothing, or the layer that it is inside of.</param>
/// <param name="Source">Who gives the first layer what comes in.</param>
internal sealed record LayerBlock(string Path, string Called, string Source)
{
    internal static LayerBlock Model { get; } = new("", "", "the data give");
}

/// <summary>Builds lists of layers, each on the shape that the one before gives, and notes what does not do.</summary>
internal sealed class LayerFollower(List<LayerProblem> problems)
{
    /// <summary>The layers that will do, and the sides of what comes out; null where that is not known.</summary>
    internal (Sequential Model, IReadOnlyList<int>? Sides) Follow(
        IReadOnlyList<LayerSpec> layers, IReadOnlyList<int>? sides, LayerBlock block)
    {
        var (model, names) = (new Sequential(), new LayerNames());
        for (var i = 0; i < layers.Count; i++)
        {
            var before = problems.Count;
            var place = new LayerPlace(layers[i], i, block);
            if (names.Twice(layers[i]) is { } twice)
            {
                Tell(place, twice);
            }

            var layer = layers[i].Kind.Length == 0 ? null : Build(place, ref sides);
            sides = layer is null || problems.Count > before ? null : sides;
            if (layer is not null)
            {
                model.Add(layers[i].Name is { } name ? new Named(name, layer) : layer);
            }
        }

        return (model, sides);
    }

    /// <summary>The layer, and what comes out of it; null where it does not do or nobody knows what comes in.</summary>
    private Layer? Build(LayerPlace place, ref IReadOnlyList<int>? sides)
    {
        var before = problems.Count;
        if (LayerCatalog.Find(place.Spec.Kind, out var unknown) is not { } kind)
        {
            Tell(place, unknown);
            return null;
        }

        var arguments = Read(kind, place, sides);
        if (problems.Count > before || arguments.Unknown
            || (sides ?? kind.Expects(arguments)) is not { Count: > 0 } input)
        {
            return null;
        }

        try
        {
            var layer = kind.Make(arguments, input);
            sides = layer.Apply(new Graph().Input("x", TensorShape.Batch([.. input]))).Shape.Dimensions;
            return layer;
        }
        catch (LayerMisfitException misfit)
        {
            var remedy = misfit.Remedy is { } what ? $"; {what}" : "";
            Tell(place, $"{misfit.Message}, {place.Source} {string.Join('×', input)}{remedy}");
        }
        catch (ArgumentException error)
        {
            Tell(place, NamedChoices.FirstLine(error));
        }
        catch (OverflowException)
        {
            Tell(place, $"has more values than one tensor may hold, {int.MaxValue}: choose smaller sizes");
        }

        return null;
    }

    /// <summary>The layer's arguments; what is wrong with them is noted.</summary>
    private LayerArguments Read(LayerKind kind, LayerPlace place, IReadOnlyList<int>? sides)
    {
        var (given, arguments) = (place.Spec.Arguments, new LayerArguments());
        var (seen, meant) =
            (new HashSet<string>(StringComparer.Ordinal), new HashSet<string?>(StringComparer.Ordinal));
        for (var i = 0; i < given.Count; i++)
        {
            var name = given[i].Name.Length > 0 || kind.Parameters.Count == 0 || i > 0
                ? given[i].Name
                : kind.Parameters[0].Name;
            var parameter = kind.Parameters.FirstOrDefault(one => one.Name == name);
            var problem = parameter is null ? NotTaken(kind, given[i], i)
                : !seen.Add(name) ? $"{name} is there twice: leave one of them out"
                : parameter.Problem(given[i]);
            if (problem is not null)
            {
                problems.Add(new LayerProblem($"{place.Path}/{i}", $"{place.Title}: {problem}"));
                meant.Add(name.Length > 0 ? NearestName.Of(name, kind.Names) : kind.Names.ElementAtOrDefault(i));
            }
            else if (given[i].Layers is { } layers)
            {
                var block = new LayerBlock($"{place.Path}/{i}/", $"{place.Title} {Part(kind, name)}", "the block gets");
                var (model, end) = Follow(layers, sides, block);
                arguments.Unknown |= end is null;
                arguments.Add(name, model);
            }
            else
            {
                arguments.Add(name, given[i].Text);
            }
        }

        foreach (var missing in kind.Parameters.Where(
            one => one.Needed && !seen.Contains(one.Name) && !meant.Contains(one.Name)))
        {
            Tell(place, $"{missing.Name} is missing: write {kind.Usage}");
        }

        return arguments;
    }

    private static string Part(LayerKind kind, string name) => name == kind.Parameters[0].Name ? "" : $"{name} ";

    private static string NotTaken(LayerKind kind, LayerArgument argument, int index)
    {
        if (kind.Parameters.Count == 0)
        {
            return $"{kind.Name} takes no arguments, {(argument.Name.Length > 0 ? argument.Name : argument.Value)} "
                + $"was given: write {kind.Name} alone";
        }

        return argument.Name.Length > 0
            ? $"{kind.Name} has no argument {argument.Name}: {LayerCatalog.Meant(argument.Name, kind.Names)}choose "
                + string.Join(", ", kind.Names)
            : $"{argument.Value} stands without a name: only the first argument, {kind.Names[0]}, may; "
                + (index < kind.Names.Count
                    ? $"write {kind.Names[index]}={argument.Value}"
                    : $"choose {string.Join(", ", kind.Names)}");
    }

    private void Tell(LayerPlace place, string problem) =>
        problems.Add(new LayerProblem(place.Path, $"{place.Title}: {problem}"));

    /// <summary>A layer of a list, and what it is called.</summary>
    private sealed record LayerPlace(LayerSpec Spec, int Index, LayerBlock Block)
    {
        internal string Path => $"{Block.Path}{Index + 1}";

        internal string Title => $"{Block.Called}layer {Index + 1} '{Spec.Name ?? Spec.Kind}'";

        internal string Source => Index == 0 ? Block.Source : "the layer before gives";
    }

    /// <summary>The names of a list's layers, those that <see cref="Sequential"/> gives included.</summary>
    private sealed class LayerNames
    {
        private readonly Dictionary<string, int> _ofKind = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
        private int _layers;

        /// <summary>What is wrong with the next layer's name; null where it is the only one.</summary>
        internal string? Twice(LayerSpec spec)
        {
            _layers++;
            var number = _ofKind[spec.Kind] = _ofKind.GetValueOrDefault(spec.Kind) + 1;
            var name = spec.Name ?? $"{spec.Kind}{number}";
            return spec.Kind.Length == 0 || _taken.TryAdd(name, _layers)
                ? null
                : $"the name {name} is taken, by layer {_taken[name]}: choose another";
        }
    }
}
