using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>x·Φ(x), with erf.</summary>
public sealed record GELU : Layer
{
    public override string Kind => "gelu";

    public override Tensor Apply(Tensor input) => input.Gelu();
}
