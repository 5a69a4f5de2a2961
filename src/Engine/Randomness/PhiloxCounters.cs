using System.Runtime.Intrinsics;

namespace Distributed.Engine.Randomness;

/// <summary>Which counter a numbered block of random words has; a vector's lanes hold one block each.</summary>
/// <remarks>Of a vector's words the low halves of the lanes count.</remarks>
internal interface IPhiloxCounters
{
    public (uint C0, uint C1, uint C2, uint C3) Of(ulong block);

    public (Vector256<ulong> C0, Vector256<ulong> C1, Vector256<ulong> C2, Vector256<ulong> C3) Of(
        Vector256<ulong> blocks);

    public (Vector512<ulong> C0, Vector512<ulong> C1, Vector512<ulong> C2, Vector512<ulong> C3) Of(
        Vector512<ulong> blocks);
}

/// <summary>Blocks of four indices each: the number is the counter.</summary>
internal readonly struct IndexBlocks : IPhiloxCounters
{
    public (uint C0, uint C1, uint C2, uint C3) Of(ulong block) => ((uint)block, (uint)(block >> 32), 0, 0);

    public (Vector256<ulong> C0, Vector256<ulong> C1, Vector256<ulong> C2, Vector256<ulong> C3) Of(
        Vector256<ulong> blocks) => (blocks, blocks >> 32, Vector256<ulong>.Zero, Vector256<ulong>.Zero);

    public (Vector512<ulong> C0, Vector512<ulong> C1, Vector512<ulong> C2, Vector512<ulong> C3) Of(
        Vector512<ulong> blocks) => (blocks, blocks >> 32, Vector512<ulong>.Zero, Vector512<ulong>.Zero);
}

/// <summary>The many draws of one index: the first two words are the index, the third is the block's number.</summary>
internal readonly struct DrawBlocks(ulong index) : IPhiloxCounters
{
    private const uint Tag = 1;

    public (uint C0, uint C1, uint C2, uint C3) Of(ulong block) => ((uint)index, (uint)(index >> 32), (uint)block, Tag);

    public (Vector256<ulong> C0, Vector256<ulong> C1, Vector256<ulong> C2, Vector256<ulong> C3) Of(
        Vector256<ulong> blocks) =>
        (Vector256.Create(index), Vector256.Create(index >> 32), blocks, Vector256.Create((ulong)Tag));

    public (Vector512<ulong> C0, Vector512<ulong> C1, Vector512<ulong> C2, Vector512<ulong> C3) Of(
        Vector512<ulong> blocks) =>
        (Vector512.Create(index), Vector512.Create(index >> 32), blocks, Vector512.Create((ulong)Tag));
}
