using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels.Lanes;

/// <summary>4 floats at a time, in one 128-bit vector.</summary>
public readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    public static void StorePastCaches(Vector128<float> value, float* destination) =>
        value.StoreAlignedNonTemporal(destination);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> Constant(double value) => Vector128.Create((float)value);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    public static Vector128<float> FusedMultiplyAdd(
        Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    public static Vector128<float> Negate(Vector128<float> value) => -value;

    public static Vector128<float> Abs(Vector128<float> value) => Vector128.Abs(value);

    public static Vector128<float> Sqrt(Vector128<float> value) => Vector128.Sqrt(value);

    public static Vector128<float> WhereLess(
        Vector128<float> left, Vector128<float> right, Vector128<float> then, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.LessThan(left, right), then, otherwise);

    public static Vector128<float> WhereLessOrEqual(
        Vector128<float> left, Vector128<float> right, Vector128<float> then, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.LessThanOrEqual(left, right), then, otherwise);

    public static Vector128<float> WhereEqual(
        Vector128<float> left, Vector128<float> right, Vector128<float> then, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.Equals(left, right), then, otherwise);

    public static Vector128<float> Exp(Vector128<float> value) => Transcendental.Exp<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Log(Vector128<float> value) => Transcendental.Log<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Tanh(Vector128<float> value) =>
        Transcendental.Tanh<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Sigmoid(Vector128<float> value) =>
        Transcendental.Sigmoid<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Erf(Vector128<float> value) =>
        SpecialFunctions.Erf<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Softplus(Vector128<float> value) =>
        SpecialFunctions.Softplus<Lanes128, Vector128<float>>(value);

    public static Vector128<float> Power(Vector128<float> left, Vector128<float> right) =>
        SpecialFunctions.Power<Lanes128, Vector128<float>>(left, right);

    public static Vector128<float> Maximum(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    // Where one is NaN, or both are zeros, the instructions give their second operand.
    public static Vector128<float> AtLeast(Vector128<float> value, Vector128<float> least) =>
        Sse.IsSupported ? Sse.Max(least, value) : WhereLess(value, least, least, value);

    public static Vector128<float> AtMost(Vector128<float> value, Vector128<float> most) =>
        Sse.IsSupported ? Sse.Min(most, value) : WhereLess(most, value, most, value);

    public static Vector128<float> CopySign(Vector128<float> value, Vector128<float> sign) =>
        Vector128.CopySign(value, sign);

    // See Note [Scaled in halves].
    public static Vector128<float> Scale(Vector128<float> value, Vector128<float> n)
    {
        var whole = Vector128.ConvertToInt32Native(n);
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    public static Vector128<float> SplitExponent(Vector128<float> value, out Vector128<float> exponent)
    {
        var offset = value.AsInt32() - Vector128.Create(ExponentSplit.SquareRootOfHalfBits);
        exponent = Vector128.ConvertToSingle(offset >> 23);
        var fraction = offset & Vector128.Create(ExponentSplit.FractionMask);
        return (fraction + Vector128.Create(ExponentSplit.SquareRootOfHalfBits)).AsSingle();
    }

    private static Vector128<float> PowerOfTwo(Vector128<int> n) => ((n + Vector128.Create(127)) << 23).AsSingle();
}
