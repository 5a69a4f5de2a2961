using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x + y with broadcasting.</summary>
    public static Tensor operator +(Tensor x, Tensor y) => x.Graph.Add(new AddOperation(), x, y);

    /// <summary>x + c.</summary>
    public static Tensor operator +(Tensor x, float constant) => x + x.Graph.Constant(constant);

    /// <summary>c + x.</summary>
    public static Tensor operator +(float constant, Tensor x) => x + constant;
}

public sealed class AddOperation() : BinaryOperation<AddOperation.Operator>("add")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream, upstream);

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Add(x, y);
    }
}
