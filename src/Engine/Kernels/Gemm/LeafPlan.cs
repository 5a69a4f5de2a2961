using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>What a kernel must know of a range of micro-batches to sum over it along the canonical tree.</summary>
internal readonly unsafe struct LeafPlan
{
    private readonly int _rows;
    private readonly int _lastRows;

    /// <summary>Writes the merges of a range that is not empty to the given place, which has room for Count.</summary>
    internal LeafPlan(MicrobatchRange range, int rowsPerSample, int* merges)
    {
        Count = range.Count;
        Merges = merges;
        _rows = range.Size * rowsPerSample;
        _lastRows = range.SamplesIn(range.Count - 1) * rowsPerSample;
        for (var leaf = 0; leaf < range.Count; leaf++)
        {
            merges[leaf] = CanonicalTree.MergesAfter(range.First, new TreePiece(range.First + leaf, 1));
        }
    }

    /// <summary>Micro-batches in the range.</summary>
    internal int Count { get; }

    /// <summary>For each micro-batch, how many finished blocks it joins once it is summed.</summary>
    internal int* Merges { get; }

    /// <summary>Rows of the operands that belong to the micro-batch.</summary>
    internal int Rows(int leaf) => leaf == Count - 1 ? _lastRows : _rows;
}
