using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>In training each value dropped with this probability; see <see cref="Tensor.Dropout"/>.</summary>
/// <remarks>Units: Rate in [0, 1), default 0.5.</remarks>
public sealed record Dropout(float Rate = 0.5f) : Layer
{
    public override string Kind => "dropout";

    public override Tensor Apply(Tensor input) => input.Dropout(Rate);
}
