using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>The mean of each channel over its pixels: [batch, channels, height, width] to [batch, channels].</summary>
public sealed record GlobalAvgPool : Layer
{
    public override string Kind => "globalpool";

    public override Tensor Apply(Tensor input) => input.GlobalAvgPool();
}
