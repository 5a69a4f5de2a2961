using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The logarithm of softmax of each row: (x_c − max) − log Σ e^(x_k − max).</summary>
/// <remarks>
/// Shapes: x and y are [rows, classes]; y may be x.
/// The maximum is <see cref="LaneMaximum"/>'s, the sum is in 16 virtual lanes, then two subtractions per element.
/// A NaN or +∞ in a row makes the whole row NaN.
/// </remarks>
internal static unsafe class LogSoftmax
{
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TLanes, TVector>(float* x, float* y, int rows, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (long row = 0; row < rows; row++)
        {
            var logits = x + (row * classes);
            var maximum = LaneMaximum.Run<TLanes, TVector>(logits, classes);
            var sum = LaneSum.Run<TLanes, TVector, ShiftedExp>(new(maximum), logits, classes);
            var logarithm = Transcendental.Log<ScalarLanes, float>(sum);
            ElementWiseLoop.Unary<TLanes, TVector, Shifted>(
                new(maximum, logarithm), logits, y + (row * classes), classes);
        }
    }

    private readonly struct Shifted(float maximum, float logarithm) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            TMath.Subtract(TMath.Subtract(x, TMath.Constant(maximum)), TMath.Constant(logarithm));
    }
}
