using System.Collections;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>
/// Layers one after the other: <c>new Sequential { new Linear(784, 128), new ReLU(), new Linear(128, 10) }</c>.
/// </summary>
/// <remarks>
/// Each layer is named by its kind and its number among those of its kind (linear1, relu1, linear2), which names its
/// parameters (linear1.weight) and appears in messages; a <see cref="Named"/> one by its name.
/// </remarks>
public sealed record Sequential : Layer, IEnumerable<Layer>
{
    private readonly List<Layer> _layers = [];

    public override string Kind => "sequential";

    public void Add(Layer layer) => _layers.Add(layer);

    public override Tensor Apply(Tensor input)
    {
        var ofKind = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var layer in _layers)
        {
            var number = ofKind[layer.Kind] = ofKind.GetValueOrDefault(layer.Kind) + 1;
            using (input.Graph.Layer(layer is Named named ? named.Name : $"{layer.Kind}{number}"))
            {
                input = layer.Apply(input);
            }
        }

        return input;
    }

    public IEnumerator<Layer> GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(Sequential? other) => other is not null && _layers.SequenceEqual(other._layers);

    public override int GetHashCode() => _layers.Aggregate(0, HashCode.Combine);
}
