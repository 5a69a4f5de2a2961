using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The error function, 2/√π · ∫₀ˣ e^(−t²) dt.</summary>
    public Tensor Erf() => Graph.Add(new ErfOperation(), this);
}

/// <summary>y = erf x: dy/dx = 2/√π · e^(−x²).</summary>
public sealed class ErfOperation() : UnaryOperation<ErfOperation.Operator>("erf", default)
{
    private const float TwoOverRootPi = 1.12837917f;

    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        upstream * (TwoOverRootPi * (-x.Square()).Exp());

    public readonly struct Operator : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Erf(x);
    }
}
