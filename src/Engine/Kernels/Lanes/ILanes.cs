namespace Distributed.Engine.Kernels.Lanes;

/// <summary>Arithmetic on <see cref="Count"/> floats at once, with loads and stores.</summary>
/// <typeparam name="TVector">float, or a 128, 256 or 512-bit vector of floats.</typeparam>
public unsafe interface ILanes<TVector> : IArithmetic<TVector>
    where TVector : struct
{
    /// <summary>Floats per vector: 1, 4, 8 or 16.</summary>
    public static abstract int Count { get; }

    public static abstract TVector Zero { get; }

    /// <summary>Reads Count floats; any alignment.</summary>
    public static abstract TVector Load(float* source);

    /// <summary>Writes Count floats; any alignment.</summary>
    public static abstract void Store(TVector value, float* destination);

    /// <summary>
    /// The same past the caches: other cores' copies become invalid without this core waiting for their lines. The
    /// address is a multiple of the vector's size, and whole cache lines are written one after the other. Who tells
    /// another thread that it is done puts a full fence between.
    /// </summary>
    public static abstract void StorePastCaches(TVector value, float* destination);

    /// <summary>The same float in every lane.</summary>
    public static abstract TVector Broadcast(float value);

    /// <summary>The greater of two: NaN if either is, and +0 is greater than −0 (IEEE 754's maximum).</summary>
    public static abstract TVector Maximum(TVector left, TVector right);

    /// <summary>least where value is less, else value, NaN and a zero of either sign among them.</summary>
    public static abstract TVector AtLeast(TVector value, TVector least);

    /// <summary>most where value is greater, else value, NaN and a zero of either sign among them.</summary>
    public static abstract TVector AtMost(TVector value, TVector most);

    /// <summary>The magnitude of value with the sign of sign.</summary>
    public static abstract TVector CopySign(TVector value, TVector sign);

    /// <summary>value · 2ⁿ, rounded once, for value in [½, 2) and integral n in −160 … 160; NaN stays NaN.</summary>
    public static abstract TVector Scale(TVector value, TVector n);

    /// <summary>
    /// Splits a positive normal float into m · 2ᵉ with m in [√½, √2) and integral e. Other inputs give unspecified
    /// but equal bits on every width.
    /// </summary>
    public static abstract TVector SplitExponent(TVector value, out TVector exponent);
}
