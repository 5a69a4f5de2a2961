using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Kernels;

/// <summary>For each sample a row of 0 and 1 / (1 − rate), drawn by its key and the layer.</summary>
/// <remarks>
/// Shapes: keys [samples, <see cref="SampleKey.Floats"/>], y [samples, n]. Element i is kept where the uniform number i
/// of the key, as its seed, in the layer's stream, is not below the rate.
/// </remarks>
internal static unsafe class DropoutMask
{
    internal static void Run<TLanes, TVector>(float* keys, int samples, int n, float rate, int layer, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var sample = 0; sample < samples; sample++, keys += SampleKey.Floats, y += n)
        {
            var seed = SampleKey.Of(keys[0], keys[1], keys[2]);
            new CounterRandom(seed, RandomPurpose.Dropout, (ulong)layer).FillUniform(new Span<float>(y, n), 0);
            ElementWiseLoop.Unary<TLanes, TVector, Keep>(new Keep(rate), y, y, n);
        }
    }

    internal readonly struct Keep(float rate) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            TMath.WhereLess(x, TMath.Constant(rate), TMath.Constant(0), TMath.Constant(1 / (1 - rate)));
    }
}
