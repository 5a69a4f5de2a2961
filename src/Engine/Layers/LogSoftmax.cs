using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>log softmax over the last dimension.</summary>
public sealed record LogSoftmax : Layer
{
    public override string Kind => "log-softmax";

    public override Tensor Apply(Tensor input) => input.LogSoftmax();
}
