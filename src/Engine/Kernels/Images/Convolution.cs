using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Convolutions as matrix products whose one factor, the patches, is never put together.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. Each image is copied once for each column of taps
/// (<see cref="TapColumns"/>): then what a tap sees at positions that follow each other lies together, and tiles read
/// it in place. Vectors are positions (<see cref="LineConvolution{TLanes, TVector}"/>) or filters
/// (<see cref="PixelConvolution{TLanes, TVector}"/>), whichever fill tiles better: 49 positions are three vectors of 16
/// and one more that is nearly empty; of depthwise ones they are groups
/// (<see cref="DepthwiseConvolution{TLanes, TVector}"/>). Neither tiles nor blocks cut a chain, so every path gives the
/// bits of <see cref="ConvolutionDefinition"/>, which the scalar one is.
/// </remarks>
internal static unsafe class Convolution
{
    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.WorkspaceFloats(shape)
            : IsByPixel<TLanes, TVector>(shape)
            ? PixelConvolution<TLanes, TVector>.WorkspaceFloats(shape)
            : LineConvolution<TLanes, TVector>.WorkspaceFloats(shape);

    /// <summary>Room for the packed filters, which serve any number of samples.</summary>
    internal static int PackedFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.FiltersFloats(shape)
            : IsByPixel<TLanes, TVector>(shape)
            ? PixelConvolution<TLanes, TVector>.PackedFloats(shape)
            : LineConvolution<TLanes, TVector>.PackedFloats(shape);

    /// <summary>y = activation(x ∗ w + bias). Both rooms are 64-byte aligned.</summary>
    /// <param name="bias">One value per filter; null adds nothing.</param>
    /// <param name="packed">Filled first, unless isPacked says that a call with the same w has done so.</param>
    internal static void Run<TLanes, TVector, TActivation>(
        in ConvolutionShape shape,
        int samples,
        float* x,
        float* w,
        float* y,
        float* bias,
        TActivation activation,
        float* packed,
        bool isPacked,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.Forward(shape, samples, x, w, y);
            FinishAll(shape, samples, y, bias, activation);
        }
        else if (DepthwiseConvolution<TLanes, TVector>.Fits(shape))
        {
            var convolution = new DepthwiseConvolution<TLanes, TVector>(shape, workspace);
            if (!isPacked)
            {
                convolution.Pack(w, packed);
            }

            convolution.Forward(samples, x, packed, y, bias, activation);
        }
        else if (IsByPixel<TLanes, TVector>(shape))
        {
            var convolution = new PixelConvolution<TLanes, TVector>(shape, packed, workspace);
            if (!isPacked)
            {
                convolution.Pack(w);
            }

            convolution.Run(samples, x, y, bias, activation);
        }
        else
        {
            var convolution = new LineConvolution<TLanes, TVector>(shape, packed, workspace);
            if (!isPacked)
            {
                convolution.Pack(w);
            }

            convolution.Run(samples, x, y, bias, activation);
        }
    }

    private static bool IsByPixel<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count > 1
        && PixelConvolution<TLanes, TVector>.Time(shape)
            < (long)shape.Inner * LineConvolution<TLanes, TVector>.StepTime(shape);

    /// <summary>Bias and activation for results that are there.</summary>
    private static void FinishAll<TActivation>(
        in ConvolutionShape shape, int samples, float* y, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var (filters, positions) = (shape.Groups * shape.Filters, shape.Grid.Positions);
        for (var sample = 0; sample < samples; sample++, y += (nint)filters * positions)
        {
            TileKernels.FinishRows<ScalarLanes, float, TActivation>(
                y, positions, filters, positions, bias, activation);
        }
    }
}
