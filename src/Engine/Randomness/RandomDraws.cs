namespace Distributed.Engine.Randomness;

/// <summary>Draw after draw of one index: draw n = f(seed, purpose, stream, index, n).</summary>
/// <remarks>A mutable struct that lives on the stack of whoever generates a sample; copy it and both go the same way.
/// Every kind of draw takes whole 32-bit words in order, a double two of them.</remarks>
public struct RandomDraws
{
    private readonly ulong _key;
    private readonly DrawBlocks _blocks;
    private (uint W0, uint W1, uint W2, uint W3) _block;
    private uint _blockNumber;
    private int _used;

    internal RandomDraws(ulong key, ulong index)
    {
        _key = key;
        _blocks = new DrawBlocks(index);
        _used = 4;
    }

    /// <summary>32 random bits.</summary>
    public uint NextBits()
    {
        if (_used == 4)
        {
            _block = Philox.Block(_key, _blocks, _blockNumber++);
            _used = 0;
        }
        return _used++ switch { 0 => _block.W0, 1 => _block.W1, 2 => _block.W2, _ => _block.W3 };
    }

    /// <summary>A multiple of 2⁻²⁴ in [0, 1).</summary>
    public float NextUniform() => CounterRandom.ToUniform(NextBits());

    /// <summary>Writes the next draws of NextUniform, several times faster than one by one.</summary>
    public void FillUniform(Span<float> destination)
    {
        var i = 0;
        for (; i < destination.Length && _used < 4; i++)
        {
            destination[i] = NextUniform();
        }

        var whole = (destination.Length - i) / 4 * 4;
        UniformFill.Run(destination.Slice(i, whole), _key, _blocks, _blockNumber, 0, 1);
        _blockNumber += (uint)whole / 4;
        for (i += whole; i < destination.Length; i++)
        {
            destination[i] = NextUniform();
        }
    }

    /// <summary>A number in [low, high).</summary>
    public float NextUniform(float low, float high) => CounterRandom.Between(NextUniform(), low, high);

    /// <summary>A whole number in [0, count), each as likely as the others to within count·2⁻³².</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when count is not positive.</remarks>
    public int NextBelow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)((ulong)NextBits() * (uint)count >> 32);
    }
}
