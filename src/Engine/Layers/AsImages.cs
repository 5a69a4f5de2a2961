using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>Samples as images with channels: [batch, height, width] gets one, others stay as they are.</summary>
/// <remarks>Errors: ShapeException for samples of another rank.</remarks>
public sealed record AsImages : Layer
{
    public override string Kind => "images";

    public override Tensor Apply(Tensor input)
    {
        if (!input.Shape.Batched || input.Shape.Rank is not (2 or 3))
        {
            Throw.Shape("images", "the input", input.Shape,
                "[batch, height, width] or [batch, channels, height, width]");
        }

        return input.Shape.Rank == 3 ? input : input.Reshape([1, .. input.Shape.Dimensions]);
    }
}
