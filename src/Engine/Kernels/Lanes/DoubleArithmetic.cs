namespace Distributed.Engine.Kernels.Lanes;

/// <summary>
/// Double precision, for the reference evaluator and for finite differences: the same formulas, with the library's
/// transcendental functions, so it shares no approximation with the float paths.
/// </summary>
public readonly struct DoubleArithmetic : IArithmetic<double>
{
    public static double Constant(double value) => value;

    public static double Add(double left, double right) => left + right;

    public static double Subtract(double left, double right) => left - right;

    public static double Multiply(double left, double right) => left * right;

    public static double Divide(double left, double right) => left / right;

    public static double FusedMultiplyAdd(double left, double right, double addend) =>
        Math.FusedMultiplyAdd(left, right, addend);

    public static double Negate(double value) => -value;

    public static double Abs(double value) => Math.Abs(value);

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static double WhereLess(double left, double right, double then, double otherwise) =>
        left < right ? then : otherwise;

    public static double WhereLessOrEqual(double left, double right, double then, double otherwise) =>
        left <= right ? then : otherwise;

    public static double WhereEqual(double left, double right, double then, double otherwise) =>
        left == right ? then : otherwise;

    public static double Exp(double value) => Math.Exp(value);

    public static double Log(double value) => Math.Log(value);

    public static double Tanh(double value) => Math.Tanh(value);

    public static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));

    /// <summary>
    /// The Maclaurin series e^(−x²)·2x/√π · Σ (2x²)ⁿ / (1·3·…·(2n+1)), whose terms are all of one sign, below 3; the
    /// continued fraction of its complement above.
    /// </summary>
    public static double Erf(double value)
    {
        var x = Math.Abs(value);
        if (double.IsNaN(x))
        {
            return x;
        }

        var scale = Math.Exp(-x * x) / Math.Sqrt(Math.PI);
        var (term, sum) = (2 * x, 2 * x);
        for (var n = 1; x < 3 && term > sum * 1e-18; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        var fraction = x;
        for (var n = 80; x >= 3 && n >= 1; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.CopySign(x < 3 ? scale * sum : 1 - (scale / fraction), value);
    }

    /// <summary>
    /// max(x, 0) + log(1 + u) with u = e^−|x|; log(1 + u) as u · log(w) / (w − 1) where w is 1 + u rounded.
    /// </summary>
    public static double Softplus(double value)
    {
        var u = Math.Exp(-Math.Abs(value));
        var w = 1 + u;
        return Math.Max(value, 0) + (w == 1 ? u : u * Math.Log(w) / (w - 1));
    }

    public static double Power(double left, double right) => Math.Pow(left, right);
}
