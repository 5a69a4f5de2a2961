using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels.Lanes;

/// <summary>16 floats at a time, in one 512-bit vector.</summary>
public readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    public static void StorePastCaches(Vector512<float> value, float* destination) =>
        value.StoreAlignedNonTemporal(destination);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> Constant(double value) => Vector512.Create((float)value);

    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    public static Vector512<float> FusedMultiplyAdd(
        Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    public static Vector512<float> Negate(Vector512<float> value) => -value;

    public static Vector512<float> Abs(Vector512<float> value) => Vector512.Abs(value);

    public static Vector512<float> Sqrt(Vector512<float> value) => Vector512.Sqrt(value);

    public static Vector512<float> WhereLess(
        Vector512<float> left, Vector512<float> right, Vector512<float> then, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.LessThan(left, right), then, otherwise);

    public static Vector512<float> WhereLessOrEqual(
        Vector512<float> left, Vector512<float> right, Vector512<float> then, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(left, right), then, otherwise);

    public static Vector512<float> WhereEqual(
        Vector512<float> left, Vector512<float> right, Vector512<float> then, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.Equals(left, right), then, otherwise);

    public static Vector512<float> Exp(Vector512<float> value) => Transcendental.Exp<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Log(Vector512<float> value) => Transcendental.Log<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Tanh(Vector512<float> value) =>
        Transcendental.Tanh<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Sigmoid(Vector512<float> value) =>
        Transcendental.Sigmoid<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Erf(Vector512<float> value) =>
        SpecialFunctions.Erf<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Softplus(Vector512<float> value) =>
        SpecialFunctions.Softplus<Lanes512, Vector512<float>>(value);

    public static Vector512<float> Power(Vector512<float> left, Vector512<float> right) =>
        SpecialFunctions.Power<Lanes512, Vector512<float>>(left, right);

    public static Vector512<float> Maximum(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    // Where one is NaN, or both are zeros, the instructions give their second operand.
    public static Vector512<float> AtLeast(Vector512<float> value, Vector512<float> least) =>
        Avx512F.IsSupported ? Avx512F.Max(least, value) : WhereLess(value, least, least, value);

    public static Vector512<float> AtMost(Vector512<float> value, Vector512<float> most) =>
        Avx512F.IsSupported ? Avx512F.Min(most, value) : WhereLess(most, value, most, value);

    public static Vector512<float> CopySign(Vector512<float> value, Vector512<float> sign) =>
        Vector512.CopySign(value, sign);

    public static Vector512<float> Scale(Vector512<float> value, Vector512<float> n) =>
        Avx512F.IsSupported ? Avx512F.Scale(value, n) : ScaleInHalves(value, n);

    public static Vector512<float> SplitExponent(Vector512<float> value, out Vector512<float> exponent)
    {
        var offset = value.AsInt32() - Vector512.Create(ExponentSplit.SquareRootOfHalfBits);
        exponent = Vector512.ConvertToSingle(offset >> 23);
        var fraction = offset & Vector512.Create(ExponentSplit.FractionMask);
        return (fraction + Vector512.Create(ExponentSplit.SquareRootOfHalfBits)).AsSingle();
    }

    // See Note [Scaled in halves].
    private static Vector512<float> ScaleInHalves(Vector512<float> value, Vector512<float> n)
    {
        var whole = Vector512.ConvertToInt32Native(n);
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    private static Vector512<float> PowerOfTwo(Vector512<int> n) => ((n + Vector512.Create(127)) << 23).AsSingle();
}
