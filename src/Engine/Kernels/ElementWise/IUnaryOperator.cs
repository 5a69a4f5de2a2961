using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.ElementWise;

/// <summary>An element-wise function of one number, written once for every width and for double precision.</summary>
public interface IUnaryOperator
{
    /// <summary>
    /// Whether it takes three instructions at most, so that kernels write it out wherever it follows a sum; false
    /// unless said.
    /// </summary>
    public static virtual bool IsBrief => false;

    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct;
}

/// <summary>An element-wise function of two numbers, written once for every width and for double precision.</summary>
public interface IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct;
}

/// <summary>z = x, whatever y is.</summary>
public readonly struct Left : IBinaryOperator
{
    public T Apply<TMath, T>(T x, T y)
        where TMath : struct, IArithmetic<T>
        where T : struct => x;
}

/// <summary>y = x.</summary>
public readonly struct Identity : IUnaryOperator
{
    public static bool IsBrief => true;

    public T Apply<TMath, T>(T x)
        where TMath : struct, IArithmetic<T>
        where T : struct => x;
}
