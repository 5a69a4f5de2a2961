namespace Distributed.Engine.Randomness;

/// <summary>Random numbers as functions of an index: value = f(seed, purpose, stream, index).</summary>
/// <remarks>
/// Nothing is consumed, so any worker may ask for any index in any order and sees the same bits.
/// The key is drawn once from seed, purpose and stream; an index then costs one Philox block at most.
/// Bits, Uniform and UniformDouble of one index look at the same block: use one of them per index.
/// Draws has blocks of its own.
/// </remarks>
public readonly struct CounterRandom
{
    /// <summary>The distance between two neighbouring values of Uniform, 2⁻²⁴.</summary>
    public const float UniformStep = 1f / (1 << 24);

    /// <summary>The distance between two neighbouring values of UniformDouble, 2⁻⁵³.</summary>
    public const double UniformDoubleStep = 1d / (1L << 53);

    private const uint KeyTag = 0x6B657931;
    private readonly ulong _key;

    /// <summary>The numbers of one purpose in one stream, such as an epoch, a step or a parameter.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when the purpose is None.</remarks>
    public CounterRandom(ulong seed, RandomPurpose purpose, ulong stream = 0)
    {
        if (purpose == RandomPurpose.None)
        {
            throw new ArgumentOutOfRangeException(nameof(purpose), "random numbers need a purpose, got None");
        }

        var (low, high, _, _) = Philox.Block(seed, (uint)purpose, (uint)stream, (uint)(stream >> 32), KeyTag);
        _key = low | (ulong)high << 32;
    }

    /// <summary>Four words at once: the Bits of indices 4·block to 4·block + 3.</summary>
    public (uint W0, uint W1, uint W2, uint W3) Block(ulong block) => Philox.Block(_key, default(IndexBlocks), block);

    /// <summary>32 random bits.</summary>
    public uint Bits(ulong index)
    {
        var (w0, w1, w2, w3) = Block(index >> 2);
        return (index & 3) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    /// <summary>A multiple of 2⁻²⁴ in [0, 1), from the upper 24 of the index's bits.</summary>
    public float Uniform(ulong index) => ToUniform(Bits(index));

    /// <summary>A number in [low, high): low + (high − low)·Uniform, kept below high if rounding reaches it.</summary>
    public float Uniform(ulong index, float low, float high) => Between(Uniform(index), low, high);

    /// <summary>A multiple of 2⁻⁵³ in [0, 1), from two words: indices 2·b and 2·b + 1 share block b.</summary>
    public double UniformDouble(ulong index)
    {
        var (w0, w1, w2, w3) = Block(index >> 1);
        return (index & 1) == 0 ? ToUniformDouble(w0, w1) : ToUniformDouble(w2, w3);
    }

    /// <summary>Writes Uniform(firstIndex + i, low, high) to element i, several times faster than one by one.</summary>
    public void FillUniform(Span<float> destination, ulong firstIndex, float low = 0f, float high = 1f)
    {
        var i = 0;
        for (; i < destination.Length && ((firstIndex + (ulong)i) & 3) != 0; i++)
        {
            destination[i] = Uniform(firstIndex + (ulong)i, low, high);
        }

        var whole = (destination.Length - i) / 4 * 4;
        UniformFill.Run(
            destination.Slice(i, whole), _key, default(IndexBlocks), (firstIndex + (ulong)i) >> 2, low, high);
        i += whole;
        for (; i < destination.Length; i++)
        {
            destination[i] = Uniform(firstIndex + (ulong)i, low, high);
        }
    }

    /// <summary>A cursor over the many draws that one index may need, such as one generated sample.</summary>
    /// <remarks>Two cursors of the same index give the same draws; 2³⁴ draws before they repeat.</remarks>
    public RandomDraws Draws(ulong index) => new(_key, index);

    internal static float ToUniform(uint bits) => (bits >> 8) * UniformStep;

    internal static double ToUniformDouble(uint low, uint high) =>
        ((low | (ulong)high << 32) >> 11) * UniformDoubleStep;

    internal static float Between(float uniform, float low, float high)
    {
        var value = low + (high - low) * uniform;
        return value < high ? value : Last(low, high);
    }

    /// <summary>The last number below high, but no less than low.</summary>
    internal static float Last(float low, float high) => MathF.Max(low, MathF.BitDecrement(high));
}
