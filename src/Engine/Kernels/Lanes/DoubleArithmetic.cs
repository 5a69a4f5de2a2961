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
}
