using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Softmax of each row: e^(x_c − max) / Σ e^(x_k − max).</summary>
/// <remarks>
/// Shapes: x and y are [rows, classes]; y may be x.
/// The maximum is <see cref="LaneMaximum"/>'s, the sum is in 16 virtual lanes, then one division per element.
/// A NaN or +∞ in a row makes the whole row NaN.
/// </remarks>
internal static unsafe class Softmax
{
    [MethodImpl(HotLoop.Options)]
    internal static void Forward<TLanes, TVector>(float* x, float* y, int rows, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (long row = 0; row < rows; row++)
        {
            var probabilities = y + (row * classes);
            var sum = Exponentials<TLanes, TVector>(x + (row * classes), probabilities, classes);
            ElementWiseLoop.Unary<TLanes, TVector, DividedBy>(new(sum), probabilities, probabilities, classes);
        }
    }

    /// <summary>Writes e^(x_c − max) for one row and returns their sum.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static float Exponentials<TLanes, TVector>(float* x, float* y, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var maximum = LaneMaximum.Run<TLanes, TVector>(x, classes);
        ElementWiseLoop.Unary<TLanes, TVector, ShiftedExp>(new(maximum), x, y, classes);
        return LaneSum.Run<TLanes, TVector>(y, classes);
    }

    private readonly struct DividedBy(float divisor) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Divide(x, TMath.Constant(divisor));
    }
}

/// <summary>e^(x − shift).</summary>
internal readonly struct ShiftedExp(float shift) : IUnaryOperator
{
    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.Exp(TMath.Subtract(x, TMath.Constant(shift)));
}
