using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x·Φ(x) with the normal distribution's Φ, in its exact form x·(1 + erf(x/√2))/2.</summary>
    /// <remarks>
    /// The exact form is PyTorch's default, and erf costs no more than the tanh of the approximate form. Far below 0,
    /// where the value is smaller than 1e-7·|x|, its relative error grows to 1.
    /// </remarks>
    public Tensor Gelu() => Graph.Add(new GeluOperation(), this);
}

/// <summary>y = x·Φ(x): dy/dx = Φ(x) + x·φ(x), where φ = Φ' = e^(−x²/2)/√(2π).</summary>
/// <remarks>Source: Hendrycks and Gimpel 2016, "Gaussian error linear units".</remarks>
public sealed class GeluOperation() : UnaryOperation<GeluOperation.Operator>("gelu", default)
{
    internal const double RootHalf = 0.70710678118654752;

    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream.Graph.Add(new GeluGradientOperation(), upstream, x);

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var erf = TMath.Erf(TMath.Multiply(x, TMath.Constant(RootHalf)));
            var half = TMath.Multiply(x, TMath.Constant(0.5));
            return TMath.FusedMultiplyAdd(half, erf, half);
        }
    }
}

/// <summary>z = x·(Φ(y) + y·φ(y)): dz/dx = Φ(y) + y·φ(y), dz/dy = x·φ(y)·(2 − y²).</summary>
public sealed class GeluGradientOperation() : BinaryOperation<GeluGradientOperation.Operator>("gelu-gradient")
{
    private const double RootTwoPi = 2.5066282746310005;

    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var square = y.Square();
        var curvature = (-0.5f * square).Exp() * (2 - square) / (float)RootTwoPi;
        return (upstream.Graph.Add(new GeluGradientOperation(), upstream, y), upstream * x * curvature);
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var erf = TMath.Erf(TMath.Multiply(y, TMath.Constant(GeluOperation.RootHalf)));
            var half = TMath.Constant(0.5);
            var bell = TMath.Exp(TMath.Multiply(TMath.Multiply(y, y), TMath.Constant(-0.5)));
            var term = TMath.Multiply(TMath.Multiply(y, bell), TMath.Constant(1 / RootTwoPi));
            return TMath.Multiply(x, TMath.Add(TMath.FusedMultiplyAdd(half, erf, half), term));
        }
    }
}
