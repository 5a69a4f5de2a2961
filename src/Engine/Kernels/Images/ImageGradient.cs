using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its images.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. What each tap sends to the pixels it sees is a product of dy and w. It
/// is computed a register tile at a time and added to the pixels at once; positions come from the last to the first: a
/// pixel's taps, ascending, see it from positions that descend, so its sum is in the order of
/// <see cref="ConvolutionDefinition.InputGradient"/>, whose bits every path gives.
/// Vectors are channels where a group has enough of them (<see cref="PixelGradient{TLanes, TVector}"/>): that needs no
/// care for rows of positions, whatever the stride. Few channels would fill too little of a vector, so there vectors
/// are pixels (<see cref="TapGradient{TLanes, TVector}"/>) or, where windows lie more than a pixel apart or a filter is
/// not finite, positions (<see cref="LineGradient{TLanes, TVector}"/>); of depthwise convolutions they are groups
/// (<see cref="DepthwiseConvolution{TLanes, TVector}"/>).
/// </remarks>
internal static unsafe class ImageGradient
{
    /// <summary>So many channels fill vectors, whatever the filters.</summary>
    private const int ChannelsMany = 16;

    /// <summary>
    /// So many suffice where windows lie more than a pixel apart and sums of at least as many filters are added.
    /// </summary>
    private const int ChannelsFew = 8;

    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.WorkspaceFloats(shape)
            : IsByPixel(shape)
            ? PixelGradient<TLanes, TVector>.WorkspaceFloats(shape)
            : Math.Max(
                LineGradient<TLanes, TVector>.WorkspaceFloats(shape),
                IsByTap(shape) ? TapGradient<TLanes, TVector>.WorkspaceFloats(shape) : 0);

    /// <summary>Room for the packed filters, which serve any number of samples.</summary>
    internal static int PackedFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.FiltersFloats(shape)
            : IsByPixel(shape)
            ? PixelGradient<TLanes, TVector>.PackedFloats(shape)
            : Math.Max(
                LineGradient<TLanes, TVector>.PackedFloats(shape),
                IsByTap(shape) ? TapGradient<TLanes, TVector>.PackedFloats(shape) : 0);

    /// <summary>dx = f(gradient, z), from dy and w. Both rooms are 64-byte aligned.</summary>
    /// <param name="z">Of dx's shape; null where the gradient itself is asked for, whatever f is.</param>
    /// <param name="packed">Filled first, unless isPacked says that a call with the same w has done so.</param>
    internal static void Run<TLanes, TVector, TOperator>(
        in ConvolutionShape shape,
        int samples,
        float* dy,
        float* w,
        float* z,
        TOperator f,
        float* dx,
        float* packed,
        bool isPacked,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.InputGradient(shape, samples, dy, w, dx);
            if (z != null)
            {
                ElementWiseLoop.Binary<ScalarLanes, float, TOperator>(f, dx, z, dx, (long)samples * shape.ImageFloats);
            }
        }
        else if (DepthwiseConvolution<TLanes, TVector>.Fits(shape))
        {
            var gradient = new DepthwiseConvolution<TLanes, TVector>(shape, workspace);
            if (!isPacked)
            {
                gradient.Pack(w, packed);
            }

            gradient.ImageGradient(samples, dy, packed, z, f, dx);
        }
        else if (IsByPixel(shape))
        {
            var gradient = new PixelGradient<TLanes, TVector>(shape, packed, workspace);
            if (!isPacked)
            {
                gradient.Pack(w);
            }

            gradient.Run(samples, dy, z, f, dx);
        }
        else if (IsByTap(shape) && IsFinite<TLanes, TVector>(w, shape.FilterFloats))
        {
            var gradient = new TapGradient<TLanes, TVector>(shape, packed, workspace);
            if (!isPacked)
            {
                gradient.Pack(w);
            }

            gradient.Run(samples, dy, z, f, dx);
        }
        else
        {
            var gradient = new LineGradient<TLanes, TVector>(shape, packed, workspace);
            if (!isPacked)
            {
                gradient.Pack(w);
            }

            gradient.Run(samples, dy, z, f, dx);
        }
    }

    private static bool IsByPixel(in ConvolutionShape shape) =>
        shape.Channels >= ChannelsMany
        || (shape.Grid.Stride > 1 && shape.Channels >= ChannelsFew && shape.Filters >= ChannelsMany);

    private static bool IsByTap(in ConvolutionShape shape) => shape.Grid.Stride == 1 && !IsByPixel(shape);

    /// <summary>Whether no number is infinite or NaN: such a one times 0 is NaN.</summary>
    [MethodImpl(HotLoop.Options)]
    private static bool IsFinite<TLanes, TVector>(float* numbers, nint count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var zeros = TLanes.Zero;
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            zeros = TLanes.FusedMultiplyAdd(TLanes.Load(numbers + i), TLanes.Zero, zeros);
        }

        var rest = 0f;
        for (; i < count; i++)
        {
            rest += numbers[i] * 0;
        }

        var lanes = stackalloc float[TLanes.Count];
        TLanes.Store(zeros, lanes);
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            rest += lanes[lane];
        }

        return !float.IsNaN(rest);
    }
}
