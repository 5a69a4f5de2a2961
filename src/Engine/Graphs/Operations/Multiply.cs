using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>x · y element by element (Hadamard), with broadcasting.</summary>
    public static Tensor operator *(Tensor x, Tensor y) => x.Graph.Add(new MultiplyOperation(), x, y);

    /// <summary>c · x.</summary>
    public static Tensor operator *(float constant, Tensor x) => x * x.Graph.Constant(constant);

    /// <summary>x · c.</summary>
    public static Tensor operator *(Tensor x, float constant) => constant * x;
}

public sealed class MultiplyOperation() : BinaryOperation<MultiplyOperation.Operator>("multiply")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream * y, upstream * x);

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Multiply(x, y);
    }
}
