using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.ElementWise;

/// <summary>op(y, x).</summary>
internal readonly struct Flipped<TOperator>(TOperator op) : IBinaryOperator
    where TOperator : struct, IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => op.Apply<TMath, T>(y, x);
}
