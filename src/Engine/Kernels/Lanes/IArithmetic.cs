namespace Distributed.Engine.Kernels.Lanes;

/// <summary>
/// The mathematics that an element-wise formula may use, on one number or on a whole vector of them. A formula is
/// written once against this interface; every implementation gives the same bits per element for the same inputs.
/// </summary>
/// <remarks>
/// Every operation is rounded once, to nearest even (IEEE 754). Comparisons are false where either side is NaN.
/// Multiply followed by Add is two roundings, FusedMultiplyAdd one: a formula says which one it means.
/// </remarks>
/// <typeparam name="T">float, double or a vector of floats.</typeparam>
public interface IArithmetic<T>
    where T : struct
{
    public static abstract T Constant(double value);

    public static abstract T Add(T left, T right);

    public static abstract T Subtract(T left, T right);

    public static abstract T Multiply(T left, T right);

    public static abstract T Divide(T left, T right);

    /// <summary>left · right + addend with one rounding.</summary>
    public static abstract T FusedMultiplyAdd(T left, T right, T addend);

    public static abstract T Negate(T value);

    public static abstract T Abs(T value);

    public static abstract T Sqrt(T value);

    /// <summary>then where left &lt; right, otherwise elsewhere and where a side is NaN.</summary>
    public static abstract T WhereLess(T left, T right, T then, T otherwise);

    /// <summary>then where left ≤ right, otherwise elsewhere and where a side is NaN.</summary>
    public static abstract T WhereLessOrEqual(T left, T right, T then, T otherwise);

    /// <summary>then where left = right (so −0 = 0), otherwise elsewhere and where a side is NaN.</summary>
    public static abstract T WhereEqual(T left, T right, T then, T otherwise);

    /// <summary>eˣ.</summary>
    public static abstract T Exp(T value);

    /// <summary>The natural logarithm; −∞ at 0, NaN below.</summary>
    public static abstract T Log(T value);

    public static abstract T Tanh(T value);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static abstract T Sigmoid(T value);

    /// <summary>The error function, 2/√π · ∫₀ˣ e^(−t²) dt.</summary>
    public static abstract T Erf(T value);

    /// <summary>log(1 + eˣ), without overflow and without losing small results.</summary>
    public static abstract T Softplus(T value);

    /// <summary>left to the power of right; NaN for a negative base and an exponent that is no integer.</summary>
    public static abstract T Power(T left, T right);
}
