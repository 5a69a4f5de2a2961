using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Reduction;

/// <summary>
/// Where all the pieces of one mini-batch's sums lie, in the order of their micro-batches: what an owner needs to
/// finish the canonical tree over any range of elements.
/// </summary>
public sealed unsafe class PieceTable
{
    private readonly PartialSums[] _sources;
    private readonly float*[] _bases;
    private readonly FinishPlan _finish;

    /// <summary>The pieces of these shards, which follow each other and make up the batch.</summary>
    /// <remarks>
    /// Shapes: sources[w] holds the partial sums of shards[w].
    /// Errors: ArgumentException when the shards leave a gap or overlap.
    /// </remarks>
    public PieceTable(IReadOnlyList<MicrobatchRange> shards, IReadOnlyList<PartialSums> sources)
    {
        var pieces = new List<TreePiece>();
        var bases = new List<nint>();
        var next = 0;
        Span<TreePiece> own = stackalloc TreePiece[2 * sizeof(int) * 8];
        for (var worker = 0; worker < shards.Count; worker++)
        {
            var shard = shards[worker];
            if (shard.Count > 0 && shard.First != next)
            {
                throw new ArgumentException(
                    $"pieces: shard {worker} starts at micro-batch {shard.First}: needs {next}, where the last one ended");
            }

            next += shard.Count;
            var count = CanonicalTree.Pieces(shard.First, shard.Count, own);
            for (var piece = 0; piece < count; piece++)
            {
                pieces.Add(own[piece]);
                bases.Add((nint)(sources[worker].Pointer + ((long)piece * sources[worker].Stride)));
            }
        }

        _sources = [.. sources];
        _finish = new FinishPlan(pieces.ToArray());
        _bases = new float*[bases.Count];
        for (var i = 0; i < _bases.Length; i++)
        {
            _bases[i] = (float*)bases[i];
        }
    }

    /// <summary>Writes the finished sums of elements offset … offset + count − 1.</summary>
    internal void Finish<TLanes, TVector>(int offset, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        fixed (float** bases = _bases)
        {
            _finish.Run<TLanes, TVector>(bases, offset, count, destination);
        }

        // The pointers are into memory that these hold.
        GC.KeepAlive(_sources);
    }
}
