using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.ElementWise;

/// <summary>A cheap function of one number that rounds: x² + 1 with one rounding.</summary>
internal readonly struct SquarePlusOne : IUnaryOperator
{
    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.FusedMultiplyAdd(x, x, TMath.Constant(1));
}

/// <summary>A long function of one number, with a branch: tanh.</summary>
internal readonly struct TanhProbe : IUnaryOperator
{
    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.Tanh(x);
}

/// <summary>A function that tells its operands apart: 2x − y.</summary>
internal readonly struct TwiceLeftMinusRight : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.FusedMultiplyAdd(x, TMath.Constant(2), TMath.Negate(y));
}
