using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Reduction;

/// <summary>
/// Where all the pieces of one mini-batch's sums lie, in the order of their micro-batches: what an owner needs to
/// finish the canonical tree over any range of elements.
/// </summary>
public sealed unsafe class PieceTable
{
    private const int TermBlockFloats = 1024;

    private readonly PartialSums[] _sources;
    private readonly float*[] _bases;
    private readonly FinishPlan _finish;
    private readonly PartialTerm[] _terms;
    private readonly AlignedBuffer _term = new(TermBlockFloats);

    /// <summary>The pieces of these shards, which follow each other and make up the batch.</summary>
    /// <remarks>
    /// Shapes: sources[w] holds the partial sums of shards[w], laid out as layout says.
    /// Errors: ArgumentException when the shards leave a gap or overlap.
    /// </remarks>
    public PieceTable(
        IReadOnlyList<MicrobatchRange> shards, IReadOnlyList<PartialSums> sources, PartialLayout layout)
        : this(shards, (worker, piece) => new PieceMerge.Place(sources[worker], piece), layout)
    {
    }

    /// <summary>The same; placeOf says where a worker's piece lies, in the order of its shard's pieces.</summary>
    public PieceTable(
        IReadOnlyList<MicrobatchRange> shards, Func<int, int, PieceMerge.Place> placeOf, PartialLayout layout)
    {
        var sources = new HashSet<PartialSums>();
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
                    $"pieces: shard {worker} starts at micro-batch {shard.First}: needs {next}, "
                    + "where the last one ended");
            }

            next += shard.Count;
            var count = CanonicalTree.Pieces(shard.First, shard.Count, own);
            for (var piece = 0; piece < count; piece++)
            {
                var place = placeOf(worker, piece);
                pieces.Add(own[piece]);
                sources.Add(place.Sums);
                bases.Add((nint)(place.Buffer.Pointer + place.Start));
            }
        }

        _sources = [.. sources];
        _terms = [.. layout.Terms];
        _finish = new FinishPlan(pieces.ToArray());
        _bases = new float*[bases.Count];
        for (var i = 0; i < _bases.Length; i++)
        {
            _bases[i] = (float*)bases[i];
        }
    }

    /// <summary>Writes the finished results offset … offset + count − 1, all terms added.</summary>
    /// <remarks>For one thread at a time.</remarks>
    internal void Finish<TLanes, TVector>(int offset, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        FinishSums<TLanes, TVector>(offset, count, destination);
        foreach (var term in _terms)
        {
            var end = Math.Min(offset + count, term.ResultOffset + term.Length);
            for (var from = Math.Max(offset, term.ResultOffset); from < end; from += TermBlockFloats)
            {
                var length = Math.Min(TermBlockFloats, end - from);
                var sum = destination + (from - offset);
                FinishSums<TLanes, TVector>(term.Offset + from - term.ResultOffset, length, _term.Pointer);
                ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, sum, _term.Pointer, sum, length);
            }
        }

        // The pointers are into memory that these hold.
        GC.KeepAlive(_sources);
    }

    private void FinishSums<TLanes, TVector>(int offset, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        fixed (float** bases = _bases)
        {
            _finish.Run<TLanes, TVector>(bases, offset, count, destination);
        }
    }
}
