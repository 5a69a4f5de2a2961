using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>e^x / Σ e^x over the last dimension. For a loss take cross-entropy of the logits instead.</summary>
public sealed record Softmax : Layer
{
    public override string Kind => "softmax";

    public override Tensor Apply(Tensor input) => input.Softmax();
}
