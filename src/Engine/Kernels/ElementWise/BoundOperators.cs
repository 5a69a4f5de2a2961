using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.ElementWise;

/// <summary>op(x, right) for a fixed right operand: vector by scalar as a function of one number.</summary>
internal readonly struct RightBound<TOperator>(TOperator op, float right) : IUnaryOperator
    where TOperator : struct, IBinaryOperator
{
    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => op.Apply<TMath, T>(x, TMath.Constant(right));
}

/// <summary>op(left, y) for a fixed left operand: scalar by vector as a function of one number.</summary>
internal readonly struct LeftBound<TOperator>(TOperator op, float left) : IUnaryOperator
    where TOperator : struct, IBinaryOperator
{
    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => op.Apply<TMath, T>(TMath.Constant(left), x);
}
