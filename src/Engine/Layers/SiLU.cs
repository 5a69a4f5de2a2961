using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>x·σ(x).</summary>
public sealed record SiLU : Layer
{
    public override string Kind => "silu";

    public override Tensor Apply(Tensor input) => input.Silu();
}
