using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>The right factor of a block, packed: wide panels, and a narrow one where one vector holds the rest.</summary>
internal static unsafe class PackedFactor
{
    /// <summary>Packs columns × depth elements of b from (start, column); panel j lies at j · depth.</summary>
    internal static void Right<TLanes, TVector>(
        MatrixView b, int column, int columns, int start, int depth, float* packed)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = 2 * TLanes.Count;
        for (var j = 0; j < columns; j += wide)
        {
            var rest = columns - j;
            var width = rest > TLanes.Count ? wide : TLanes.Count;
            Packing.Pack<TLanes, TVector>(
                b.Flipped, column + j, rest, start, depth, packed + ((nint)j * depth), width);
        }
    }
}
