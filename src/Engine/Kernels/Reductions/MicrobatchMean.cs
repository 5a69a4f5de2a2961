using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>For each sample the mean over its micro-batch: additions from +0, divided once.</summary>
/// <remarks>
/// Shapes: x and y are [samples of the range, n] and do not overlap. Units: the divisor is the number of samples less
/// so much, or the number itself where that is not above 0.
/// </remarks>
internal static unsafe class MicrobatchMean
{
    internal static void Run<TLanes, TVector>(float* x, int n, in MicrobatchRange range, float less, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var leaf = 0; leaf < range.Count; leaf++)
        {
            var start = (nint)leaf * range.Size * n;
            var samples = range.SamplesIn(leaf);
            var mean = y + start;
            ColumnChain.Run<TLanes, TVector>(x + start, samples, n, mean, n);
            var divide = new Divide(samples > less ? samples - less : samples);
            ElementWiseLoop.Unary<TLanes, TVector, Divide>(divide, mean, mean, n);
            for (var sample = 1; sample < samples; sample++)
            {
                new Span<float>(mean, n).CopyTo(new Span<float>(mean + ((nint)sample * n), n));
            }
        }
    }

    private readonly struct Divide(float count) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Divide(x, TMath.Constant(count));
    }
}
