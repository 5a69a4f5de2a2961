using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Reduction;

/// <summary>
/// One shard that several threads have summed, each a contiguous part of it: adds their pieces up to those that one
/// thread would have made, along the canonical tree, so in the same bits and number.
/// </summary>
/// <remarks>
/// A piece of the shard is a node, and the threads' pieces inside it are nodes below it. Sums are made in place: a
/// piece of the shard lies where the first of those that make it up lay, and one that a single thread has made stays
/// where it is. So nothing is copied, and no memory is needed.
/// </remarks>
public abstract class PieceMerge
{
    private readonly Place[] _places;

    private protected PieceMerge(Place[] places) => _places = places;

    /// <summary>Pieces of the whole shard.</summary>
    public int Count => _places.Length;

    /// <summary>True where some piece is to be summed.</summary>
    public abstract bool HasSums { get; }

    /// <summary>Prepares the sums, with these kernels.</summary>
    /// <remarks>
    /// Shapes: parts follow each other and make up the shard; sources[t] holds the partial sums of parts[t], all of one
    /// length. Errors: ArgumentException where the parts leave a gap or do not add up to the shard.
    /// </remarks>
    public static PieceMerge Create(
        in MicrobatchRange shard, IReadOnlyList<MicrobatchRange> parts, IReadOnlyList<PartialSums> sources,
        KernelPath path)
    {
        var made = PiecesOf(shard, parts, sources);
        return path switch
        {
            KernelPath.Vector512 => new PieceMerge<Lanes512, Vector512<float>>(made),
            KernelPath.Vector256 => new PieceMerge<Lanes256, Vector256<float>>(made),
            KernelPath.Vector128 => new PieceMerge<Lanes128, Vector128<float>>(made),
            _ => new PieceMerge<ScalarLanes, float>(made),
        };
    }

    /// <summary>Where a piece of the whole shard lies, once it is summed.</summary>
    public Place PlaceOf(int piece) => _places[piece];

    /// <summary>Sums the elements offset … offset + count − 1 of all pieces.</summary>
    /// <remarks>Different elements may be summed by different threads at the same time. Allocates nothing.</remarks>
    public abstract void Run(int offset, int count);

    /// <summary>For every piece of the shard the threads' pieces that it is made of.</summary>
    private static List<(TreePiece Piece, List<(TreePiece Piece, Place Place)> Made)> PiecesOf(
        in MicrobatchRange shard, IReadOnlyList<MicrobatchRange> parts, IReadOnlyList<PartialSums> sources)
    {
        Span<TreePiece> own = stackalloc TreePiece[2 * sizeof(int) * 8];
        var made = new Queue<(TreePiece Piece, Place Place)>();
        var next = shard.First;
        for (var part = 0; part < parts.Count; part++)
        {
            if (parts[part].Count > 0 && parts[part].First != next)
            {
                throw new ArgumentException(
                    $"pieces: part {part} starts at micro-batch {parts[part].First}: needs {next}");
            }

            next += parts[part].Count;
            for (var (i, count) = (0, CanonicalTree.Pieces(parts[part].First, parts[part].Count, own)); i < count; i++)
            {
                made.Enqueue((own[i], new Place(sources[part], i)));
            }
        }

        if (next != shard.First + shard.Count)
        {
            throw new ArgumentException(
                $"pieces: the parts end at micro-batch {next}: needs {shard.First + shard.Count}");
        }

        var pieces = new List<(TreePiece, List<(TreePiece, Place)>)>();
        foreach (var piece in own[..CanonicalTree.Pieces(shard.First, shard.Count, own)])
        {
            var inside = new List<(TreePiece, Place)>();
            while (made.TryPeek(out var one) && one.Piece.First < piece.First + piece.Size)
            {
                inside.Add(made.Dequeue());
            }

            pieces.Add((piece, inside));
        }

        return pieces;
    }

    /// <summary>A piece of somebody's partial sums.</summary>
    public readonly record struct Place(PartialSums Sums, int Piece)
    {
        /// <summary>What it lies in.</summary>
        public AlignedBuffer Buffer => Sums.Buffer;

        /// <summary>Where in the buffer it starts.</summary>
        public int Start => Sums.StartOf(Piece);

        public Span<float> Floats => Sums.Piece(Piece);
    }
}

internal sealed unsafe class PieceMerge<TLanes, TVector> : PieceMerge
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly Sum[] _sums;

    internal PieceMerge(List<(TreePiece Piece, List<(TreePiece Piece, Place Place)> Made)> pieces)
        : base([.. pieces.Select(piece => piece.Made[0].Place)]) =>
        _sums = [.. pieces.Where(piece => piece.Made.Count > 1).Select(piece => new Sum(piece.Piece, piece.Made))];

    public override bool HasSums => _sums.Length > 0;

    public override void Run(int offset, int count)
    {
        foreach (var sum in _sums)
        {
            sum.Run(offset, count);
        }
    }

    /// <summary>One piece of the shard that several threads have made together.</summary>
    private sealed class Sum
    {
        private readonly PartialSums[] _sources;
        private readonly float*[] _bases;
        private readonly FinishPlan _finish;

        internal Sum(TreePiece whole, List<(TreePiece Piece, Place Place)> made)
        {
            // The tree below an aligned block is that of as many leaves from 0 on.
            _finish = new FinishPlan(
                [.. made.Select(one => new TreePiece(one.Piece.First - whole.First, one.Piece.Size))]);
            _sources = [.. made.Select(one => one.Place.Sums)];
            _bases = new float*[made.Count];
            for (var i = 0; i < _bases.Length; i++)
            {
                _bases[i] = made[i].Place.Buffer.Pointer + made[i].Place.Start;
            }
        }

        internal void Run(int offset, int count)
        {
            fixed (float** bases = _bases)
            {
                _finish.Run<TLanes, TVector>(bases, offset, count, _bases[0] + offset);
            }

            // The pointers are into memory that these hold.
            GC.KeepAlive(_sources);
        }
    }
}
