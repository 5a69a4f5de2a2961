using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>Follows a model that is spelled out layer by layer, from the shape of a sample to its outputs.</summary>
public static class SpelledModel
{
    /// <summary>All that is wrong with it.</summary>
    /// <param name="layers">As they are spelled.</param>
    /// <param name="input">Sides of a sample; null where that is not known, so that shapes are followed from the first
    /// layer that says what it expects.</param>
    /// <returns>The layer's number, from 1, with a text that names the layer: none where it will do.</returns>
    public static IReadOnlyList<(int Layer, string Problem)> Check(
        IReadOnlyList<LayerSpec> layers, IReadOnlyList<int>? input)
    {
        var problems = new List<(int, string)>();
        Follow(layers, input, (number, problem) => problems.Add((number, problem)));
        return problems;
    }

    /// <summary>The model.</summary>
    /// <remarks>Errors: UserErrorException with a line for every layer that does not do.</remarks>
    public static Sequential Make(IReadOnlyList<LayerSpec> layers, IReadOnlyList<int> input)
    {
        var problems = new List<string>();
        var model = Follow(layers, input, (_, problem) => problems.Add($"--model {problem}"));
        return problems.Count == 0 ? model : throw new UserErrorException(string.Join('\n', problems));
    }

    private static Sequential Follow(
        IReadOnlyList<LayerSpec> layers, IReadOnlyList<int>? shape, Action<int, string> tell)
    {
        var model = new Sequential();
        for (var i = 0; i < layers.Count; i++)
        {
            var spec = layers[i];
            try
            {
                var layer = LayerCatalog.Make(spec, shape);
                shape = Through(layer, shape);
                model.Add(spec.Name is { } name ? new Named(name, layer) : layer);
            }
            catch (Exception error) when (error is UserErrorException or ArgumentException)
            {
                var problem = error is ArgumentException mistake ? NamedChoices.FirstLine(mistake) : error.Message;
                if (problem.StartsWith("expects ", StringComparison.Ordinal) && shape is not null)
                {
                    problem += $", {(i == 0 ? "the data give" : "the layer before gives")} {Sides(shape)}";
                }

                tell(i + 1, $"layer {i + 1} '{spec.Name ?? spec.Kind}': {problem}");
                shape = null; // what follows is checked by itself
            }
        }

        return model;
    }

    /// <summary>What comes out, found by building the layer; null where nobody knows what goes in.</summary>
    private static IReadOnlyList<int>? Through(Layer layer, IReadOnlyList<int>? input)
    {
        var known = input ?? (layer is Linear linear ? [linear.Inputs] : null);
        return known is null
            ? null
            : [.. layer.Apply(new Graph().Input("x", TensorShape.Batch([.. known]))).Shape.Dimensions];
    }

    private static string Sides(IReadOnlyList<int> shape) => string.Join('×', shape);
}
