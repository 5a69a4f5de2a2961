using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>A learned row for each index; see <see cref="Tensor.Embedding"/>.</summary>
/// <remarks>
/// Shapes: x (indices) [batch, …], weight [Count, Width], result [batch, …, Width]. Units: the weight starts normal
/// with deviation 1 unless Weights says otherwise, as in PyTorch.
/// </remarks>
public sealed record Embedding(int Count, int Width, Initializer? Weights = null) : Layer
{
    public override string Kind => "embedding";

    public override Tensor Apply(Tensor input) => input.Embedding(
        input.Graph.Parameter("weight", [Count, Width], Weights ?? new NormalInitializer()));
}
