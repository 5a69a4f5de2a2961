using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x / y element by element, with broadcasting.</summary>
    public static Tensor operator /(Tensor x, Tensor y) => x.Graph.Add(new DivideOperation(), x, y);

    /// <summary>x / c.</summary>
    public static Tensor operator /(Tensor x, float constant) => x / x.Graph.Constant(constant);

    /// <summary>c / x.</summary>
    public static Tensor operator /(float constant, Tensor x) => x.Graph.Constant(constant) / x;
}

/// <summary>z = x / y: dz/dx = 1/y, dz/dy = −z/y.</summary>
public sealed class DivideOperation() : BinaryOperation<DivideOperation.Operator>("divide")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var toX = upstream / y;
        return (toX, -(toX * z));
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Divide(x, y);
    }
}
