using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>The largest value of each window; see <see cref="Tensor.MaxPool2d"/>.</summary>
/// <remarks>Units: Stride is Size by default.</remarks>
public sealed record MaxPool2d(int Size, int? Stride = null, int Padding = 0) : Layer
{
    public override string Kind => "maxpool";

    public override Tensor Apply(Tensor input) => input.MaxPool2d(Size, Stride, Padding);
}
