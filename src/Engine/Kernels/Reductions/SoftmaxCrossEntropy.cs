using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Cross entropy of the softmax of logits against class indices, and its gradient.</summary>
/// <remarks>
/// Shapes: logits and gradient are [rows, classes], labels, losses and upstream [rows]; gradient may be logits.
/// Units: losses in nats; a label is a class index 0 … classes − 1 stored as a float. Any other label makes its loss
/// and its gradient row NaN. Per row: loss = log Σ e^(z_c − max) − (z_label − max), the maximum by
/// <see cref="LaneMaximum"/>, the sum by <see cref="LaneSum"/>; gradient_c = upstream · (softmax_c − [c = label]).
/// </remarks>
internal static unsafe class SoftmaxCrossEntropy
{
    [MethodImpl(HotLoop.Options)]
    internal static void Forward<TLanes, TVector>(float* logits, float* labels, float* losses, int rows, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (long row = 0; row < rows; row++)
        {
            var z = logits + (row * classes);
            var label = IndexOf(labels[row], classes);
            var maximum = LaneMaximum.Run<TLanes, TVector>(z, classes);
            var sum = LaneSum.Run<TLanes, TVector, ShiftedExp>(new(maximum), z, classes);
            losses[row] = label < 0 ? float.NaN : ScalarLanes.Log(sum) - (z[label] - maximum);
        }
    }

    [MethodImpl(HotLoop.Options)]
    internal static void Backward<TLanes, TVector>(
        float* logits, float* labels, float* upstream, float* gradient, int rows, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (long row = 0; row < rows; row++)
        {
            var g = gradient + (row * classes);
            var label = IndexOf(labels[row], classes);
            if (label < 0)
            {
                new Span<float>(g, classes).Fill(float.NaN);
                continue;
            }

            var sum = Softmax.Exponentials<TLanes, TVector>(logits + (row * classes), g, classes);
            var atLabel = upstream[row] * ((g[label] / sum) - 1);
            ElementWiseLoop.Unary<TLanes, TVector, ScaledQuotient>(new(sum, upstream[row]), g, g, classes);
            g[label] = atLabel;
        }
    }

    /// <summary>The class that a label names, or −1 if it names none.</summary>
    internal static int IndexOf(float label, int classes)
    {
        // Compared as a double: a float cannot tell 2²⁴ classes from one more.
        var inRange = label >= 0 && (double)label < classes;
        return inRange && (int)label == label ? (int)label : -1;
    }

    /// <summary>factor · (x / divisor).</summary>
    private readonly struct ScaledQuotient(float divisor, float factor) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            TMath.Multiply(TMath.Constant(factor), TMath.Divide(x, TMath.Constant(divisor)));
    }
}
