using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x above 0, slope · x below; the slope is 0.01 by default, as in PyTorch.</summary>
    public Tensor LeakyRelu(float slope = 0.01f) => Graph.Add(new LeakyReluOperation(slope), this);
}

/// <summary>y = x for x &gt; 0, else slope · x: dy/dx = 1 or the slope, and the slope at 0. NaN stays NaN.</summary>
/// <remarks>Source: Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network models".</remarks>
public sealed class LeakyReluOperation(float slope)
    : UnaryOperation<LeakyReluOperation.Operator>("leaky-relu", new Operator(slope))
{
    // With a slope from 0 up y has x's sign, and nobody needs to keep x.
    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new LeakyReluGradientOperation(slope), upstream, slope >= 0 ? y : x);

    public readonly struct Operator(float slope) : IUnaryOperator
    {
        public static bool IsBrief => true;

        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            TMath.WhereLess(TMath.Constant(0), x, x, TMath.Multiply(x, TMath.Constant(slope)));
    }
}

/// <summary>x where y &gt; 0, else slope · x: linear in x, and flat in y.</summary>
public sealed class LeakyReluGradientOperation(float slope)
    : BinaryOperation<LeakyReluGradientOperation.Operator>("leaky-relu-gradient", new Operator(slope))
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new LeakyReluGradientOperation(slope), upstream, y), null);

    public readonly struct Operator(float slope) : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct =>
            TMath.WhereLess(TMath.Constant(0), y, x, TMath.Multiply(x, TMath.Constant(slope)));
    }
}
