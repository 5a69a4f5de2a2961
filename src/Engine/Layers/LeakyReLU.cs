using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>x above 0, Slope · x below; the slope is 0.01 by default.</summary>
public sealed record LeakyReLU(float Slope = 0.01f) : Layer
{
    public override string Kind => "leaky-relu";

    public override Tensor Apply(Tensor input) => input.LeakyRelu(Slope);
}
