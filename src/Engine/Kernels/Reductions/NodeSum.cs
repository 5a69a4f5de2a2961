using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>A node of the canonical tree: left + right.</summary>
internal readonly struct NodeSum : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => TMath.Add(x, y);
}
