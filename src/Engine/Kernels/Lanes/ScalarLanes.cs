namespace Distributed.Engine.Kernels.Lanes;

/// <summary>One float at a time: the definition that every vector width equals bit for bit.</summary>
public readonly unsafe struct ScalarLanes : ILanes<float>
{
    public static int Count => 1;

    public static float Zero => 0f;

    public static float Load(float* source) => *source;

    public static void Store(float value, float* destination) => *destination = value;

    public static void StorePastCaches(float value, float* destination) => *destination = value;

    public static float Broadcast(float value) => value;

    public static float Constant(double value) => (float)value;

    public static float Add(float left, float right) => left + right;

    public static float Subtract(float left, float right) => left - right;

    public static float Multiply(float left, float right) => left * right;

    public static float Divide(float left, float right) => left / right;

    public static float FusedMultiplyAdd(float left, float right, float addend) =>
        MathF.FusedMultiplyAdd(left, right, addend);

    public static float Negate(float value) => -value;

    public static float Abs(float value) => MathF.Abs(value);

    public static float Sqrt(float value) => MathF.Sqrt(value);

    public static float WhereLess(float left, float right, float then, float otherwise) =>
        left < right ? then : otherwise;

    public static float WhereLessOrEqual(float left, float right, float then, float otherwise) =>
        left <= right ? then : otherwise;

    public static float WhereEqual(float left, float right, float then, float otherwise) =>
        left == right ? then : otherwise;

    public static float Exp(float value) => Transcendental.Exp<ScalarLanes, float>(value);

    public static float Log(float value) => Transcendental.Log<ScalarLanes, float>(value);

    public static float Tanh(float value) => Transcendental.Tanh<ScalarLanes, float>(value);

    public static float Sigmoid(float value) => Transcendental.Sigmoid<ScalarLanes, float>(value);

    public static float Erf(float value) => SpecialFunctions.Erf<ScalarLanes, float>(value);

    public static float Softplus(float value) => SpecialFunctions.Softplus<ScalarLanes, float>(value);

    public static float Power(float left, float right) => SpecialFunctions.Power<ScalarLanes, float>(left, right);

    public static float Maximum(float left, float right) => MathF.Max(left, right);

    public static float AtLeast(float value, float least) => value < least ? least : value;

    public static float AtMost(float value, float most) => most < value ? most : value;

    public static float CopySign(float value, float sign) => MathF.CopySign(value, sign);

    // See Note [Scaled in halves].
    public static float Scale(float value, float n)
    {
        var whole = (int)n;
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    public static float SplitExponent(float value, out float exponent)
    {
        var offset = BitConverter.SingleToInt32Bits(value) - ExponentSplit.SquareRootOfHalfBits;
        exponent = offset >> 23;
        var fraction = offset & ExponentSplit.FractionMask;
        return BitConverter.Int32BitsToSingle(fraction + ExponentSplit.SquareRootOfHalfBits);
    }

    private static float PowerOfTwo(int n) => BitConverter.Int32BitsToSingle((n + 127) << 23);
}
