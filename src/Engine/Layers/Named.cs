using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>A layer with a name of its own: <c>new Named("fc1", new Linear(784, 128))</c> has fc1.weight.</summary>
public sealed record Named(string Name, Layer Layer) : Layer
{
    public override string Kind => Layer.Kind;

    public override Tensor Apply(Tensor input) => Layer.Apply(input);
}
