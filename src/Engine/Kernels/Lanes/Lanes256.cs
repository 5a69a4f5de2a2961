using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels.Lanes;

/// <summary>8 floats at a time, in one 256-bit vector.</summary>
public readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    public static void StorePastCaches(Vector256<float> value, float* destination) =>
        value.StoreAlignedNonTemporal(destination);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> Constant(double value) => Vector256.Create((float)value);

    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    public static Vector256<float> FusedMultiplyAdd(
        Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    public static Vector256<float> Negate(Vector256<float> value) => -value;

    public static Vector256<float> Abs(Vector256<float> value) => Vector256.Abs(value);

    public static Vector256<float> Sqrt(Vector256<float> value) => Vector256.Sqrt(value);

    public static Vector256<float> WhereLess(
        Vector256<float> left, Vector256<float> right, Vector256<float> then, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.LessThan(left, right), then, otherwise);

    public static Vector256<float> WhereLessOrEqual(
        Vector256<float> left, Vector256<float> right, Vector256<float> then, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.LessThanOrEqual(left, right), then, otherwise);

    public static Vector256<float> WhereEqual(
        Vector256<float> left, Vector256<float> right, Vector256<float> then, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.Equals(left, right), then, otherwise);

    public static Vector256<float> Exp(Vector256<float> value) => Transcendental.Exp<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Log(Vector256<float> value) => Transcendental.Log<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Tanh(Vector256<float> value) =>
        Transcendental.Tanh<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Sigmoid(Vector256<float> value) =>
        Transcendental.Sigmoid<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Erf(Vector256<float> value) =>
        SpecialFunctions.Erf<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Softplus(Vector256<float> value) =>
        SpecialFunctions.Softplus<Lanes256, Vector256<float>>(value);

    public static Vector256<float> Power(Vector256<float> left, Vector256<float> right) =>
        SpecialFunctions.Power<Lanes256, Vector256<float>>(left, right);

    public static Vector256<float> Maximum(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    // Where one is NaN, or both are zeros, the instructions give their second operand.
    public static Vector256<float> AtLeast(Vector256<float> value, Vector256<float> least) =>
        Avx.IsSupported ? Avx.Max(least, value) : WhereLess(value, least, least, value);

    public static Vector256<float> AtMost(Vector256<float> value, Vector256<float> most) =>
        Avx.IsSupported ? Avx.Min(most, value) : WhereLess(most, value, most, value);

    public static Vector256<float> CopySign(Vector256<float> value, Vector256<float> sign) =>
        Vector256.CopySign(value, sign);

    // See Note [Scaled in halves].
    public static Vector256<float> Scale(Vector256<float> value, Vector256<float> n)
    {
        var whole = Vector256.ConvertToInt32Native(n);
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    public static Vector256<float> SplitExponent(Vector256<float> value, out Vector256<float> exponent)
    {
        var offset = value.AsInt32() - Vector256.Create(ExponentSplit.SquareRootOfHalfBits);
        exponent = Vector256.ConvertToSingle(offset >> 23);
        var fraction = offset & Vector256.Create(ExponentSplit.FractionMask);
        return (fraction + Vector256.Create(ExponentSplit.SquareRootOfHalfBits)).AsSingle();
    }

    private static Vector256<float> PowerOfTwo(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();
}
