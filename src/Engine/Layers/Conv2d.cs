using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Layers;

/// <summary>Filters laid over every place of an image; see <see cref="Tensor.Conv2d"/>.</summary>
/// <remarks>
/// Shapes: x [batch, Channels, height, width], weight [Filters, Channels / Groups, Size, Size], bias [Filters], result
/// [batch, Filters, (height + 2·Padding − Dilation·(Size − 1) − 1) / Stride + 1, likewise].
/// Units: the weight starts as a linear layer's would (<see cref="HeUniformInitializer"/>) unless weights says
/// otherwise, the bias at 0; bias false leaves it out.
/// Errors: ArgumentException for a size out of range and for groups that do not divide channels and filters;
/// ShapeException naming both sides when x does not fit.
/// </remarks>
public sealed record Conv2d : Layer
{
    public Conv2d(
        int channels, int filters, int size, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool bias = true, Initializer? weights = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        if (channels % groups != 0 || filters % groups != 0)
        {
            throw new ArgumentException(
                $"conv2d: {groups} groups do not divide {channels} channels and {filters} filters; both must be "
                + "multiples");
        }

        (Channels, Filters, Size, Groups) = (channels, filters, size, groups);
        (Stride, Padding, Dilation) = (stride, padding, dilation);
        (Bias, Weights) = (bias, weights ?? new HeUniformInitializer());
    }

    public int Channels { get; }

    public int Filters { get; }

    /// <summary>Rows and columns of a filter.</summary>
    public int Size { get; }

    public int Stride { get; }

    public int Padding { get; }

    public int Dilation { get; }

    public int Groups { get; }

    public bool Bias { get; }

    public Initializer Weights { get; }

    public override string Kind => "conv";

    public override Tensor Apply(Tensor input)
    {
        if (!input.Shape.Batched || input.Shape.Rank != 3 || input.Shape.Dimensions[0] != Channels)
        {
            Throw.Shape("conv2d", "the input", input.Shape, $"[batch, {Channels}, height, width]");
        }

        var weight = input.Graph.Parameter("weight", [Filters, Channels / Groups, Size, Size], Weights);
        var bias = Bias ? input.Graph.Parameter("bias", [Filters], new ConstantInitializer()) : null;
        return input.Conv2d(weight, bias, Stride, Padding, Dilation, Groups);
    }
}
