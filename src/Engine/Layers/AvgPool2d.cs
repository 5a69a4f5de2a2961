using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>The mean of each window; see <see cref="Tensor.AvgPool2d"/>.</summary>
/// <remarks>Units: Stride is Size by default.</remarks>
public sealed record AvgPool2d(int Size, int? Stride = null, int Padding = 0) : Layer
{
    public override string Kind => "avgpool";

    public override Tensor Apply(Tensor input) => input.AvgPool2d(Size, Stride, Padding);
}
