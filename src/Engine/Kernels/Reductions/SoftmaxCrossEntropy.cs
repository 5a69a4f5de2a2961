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
        long row = 0;
        if (ShortRows<TLanes, TVector>.Fit(classes))
        {
            var block = stackalloc float[ShortRows<TLanes, TVector>.Floats];
            for (; row <= rows - TLanes.Count; row += TLanes.Count)
            {
                ForwardSideBySide(
                    new ShortRows<TLanes, TVector>(block, classes), logits + (row * classes), labels + row,
                    losses + row, classes);
            }
        }

        for (; row < rows; row++)
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
        long row = 0;
        if (ShortRows<TLanes, TVector>.Fit(classes))
        {
            var block = stackalloc float[ShortRows<TLanes, TVector>.Floats];
            for (; row <= rows - TLanes.Count; row += TLanes.Count)
            {
                BackwardSideBySide(
                    new ShortRows<TLanes, TVector>(block, classes), logits + (row * classes), labels + row,
                    upstream + row, gradient + (row * classes), classes);
            }
        }

        for (; row < rows; row++)
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

    [MethodImpl(HotLoop.Options)]
    private static void ForwardSideBySide<TLanes, TVector>(
        ShortRows<TLanes, TVector> rows, float* logits, float* labels, float* losses, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        rows.Read(logits);
        for (var row = 0; row < TLanes.Count; row++)
        {
            var label = IndexOf(labels[row], classes);
            losses[row] = label < 0 ? float.NaN : logits[(row * classes) + label];
        }

        var maximum = rows.Maximum();
        rows.ShiftedExp(maximum);
        TLanes.Store(
            TLanes.Subtract(TLanes.Log(rows.LaneSums()), TLanes.Subtract(TLanes.Load(losses), maximum)), losses);
    }

    [MethodImpl(HotLoop.Options)]
    private static void BackwardSideBySide<TLanes, TVector>(
        ShortRows<TLanes, TVector> rows, float* logits, float* labels, float* upstream, float* gradient, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        rows.Read(logits);
        rows.ShiftedExp(rows.Maximum());
        var (sum, label, factor) = (rows.LaneSums(), TLanes.Load(labels), TLanes.Load(upstream));
        for (var c = 0; c < classes; c++)
        {
            var softmax = TLanes.Divide(rows[c], sum);
            var atLabel = TLanes.Subtract(softmax, TLanes.Constant(1));
            rows[c] = TLanes.Multiply(factor, TLanes.WhereEqual(label, TLanes.Broadcast(c), atLabel, softmax));
        }

        rows.Write(gradient);
        for (var row = 0; row < TLanes.Count; row++)
        {
            if (IndexOf(labels[row], classes) < 0)
            {
                new Span<float>(gradient + (row * classes), classes).Fill(float.NaN);
            }
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
