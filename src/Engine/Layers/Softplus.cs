using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>log(1 + eˣ).</summary>
public sealed record Softplus : Layer
{
    public override string Kind => "softplus";

    public override Tensor Apply(Tensor input) => input.Softplus();
}
