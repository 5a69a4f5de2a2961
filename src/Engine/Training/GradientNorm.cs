using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>The length of the gradient over all parameters, the same bits however these are dealt out.</summary>
/// <remarks>
/// Note [The norm of the gradient]: the flat buffer is seen as lines of 16 floats. In each of the 16 lanes the squares
/// are added along the canonical tree over the lines; then the lanes are added pairwise, as <see cref="LaneSum"/> does,
/// and the root is taken. An owner adds the largest aligned blocks of lines inside its ranges (their sums are 16 floats
/// each) and tells them to everyone; with all of them in, everyone finishes the same tree. A line that is cut between
/// owners is given by each with zeros in the others' lanes, and adding zeros changes nothing. So no owner may update
/// anything before all gradients of the step are finished; a state that is lost meanwhile is made again, to the same
/// bits, because nothing of this outlives the step.
/// For one thread at a time; where no line is shared, owners may square and take the norm side by side.
/// </remarks>
public sealed class GradientNorm
{
    private const int Line = AlignedBuffer.LineFloats;

    private readonly KernelPath _path;
    private readonly List<Part>[] _parts;
    private readonly (int To, int[] From)[] _shared;
    private readonly FinishPlan? _finish;
    private readonly int[] _places;
    private readonly AlignedBuffer _sums;

    /// <param name="owners">Everyone's ranges as offset and length, in any order; they cover the buffer.</param>
    /// <param name="path">Which kernels run; the bits are the same.</param>
    public GradientNorm(IReadOnlyList<IReadOnlyList<(int Offset, int Count)>> owners, KernelPath path)
    {
        _path = path;
        _parts = [.. owners.Select(_ => new List<Part>())];
        var place = 0;
        for (var owner = 0; owner < owners.Count; owner++)
        {
            foreach (var (offset, count) in owners[owner])
            {
                Cut(offset, count, _parts[owner], ref place);
            }
        }

        var blocks = _parts.SelectMany(parts => parts).GroupBy(part => part.Lines).OrderBy(block => block.Key.First);
        var (shared, places, lines) = (new List<(int, int[])>(), new List<int>(), new List<TreePiece>());
        foreach (var block in blocks)
        {
            int[] from = [.. block.Select(part => part.Place)];
            lines.Add(block.Key);
            places.Add(from.Length == 1 ? from[0] : Take(ref place));
            if (from.Length > 1)
            {
                shared.Add((places[^1], from));
            }
        }

        (_shared, _places) = ([.. shared], [.. places]);
        _finish = lines.Count == 0 ? null : new FinishPlan(lines.ToArray());
        _sums = new AlignedBuffer(Math.Max(Line, place));
    }

    /// <summary>Where every owner's sums lie; see <see cref="SumsOf"/>.</summary>
    public AlignedBuffer Sums => _sums;

    /// <summary>Offset and length of what an owner has to tell the others.</summary>
    public (int Offset, int Count) SumsOf(int owner) =>
        _parts[owner].Count == 0 ? (0, 0) : (_parts[owner][0].Place, _parts[owner].Count * Line);

    /// <summary>Adds up the squares of what this owner has. Shapes: gradient spans all parameters.</summary>
    public void Square(int owner, AlignedBuffer gradient)
    {
        foreach (var part in _parts[owner])
        {
            switch (_path)
            {
                case KernelPath.Vector512:
                    Square<Lanes512, Vector512<float>>(part, gradient);
                    break;
                case KernelPath.Vector256:
                    Square<Lanes256, Vector256<float>>(part, gradient);
                    break;
                case KernelPath.Vector128:
                    Square<Lanes128, Vector128<float>>(part, gradient);
                    break;
                default:
                    Square<ScalarLanes, float>(part, gradient);
                    break;
            }
        }
    }

    /// <summary>The norm, once the sums of all owners are there, which stay as they are.</summary>
    public unsafe float Norm()
    {
        if (_finish is null)
        {
            return 0;
        }

        foreach (var (to, from) in _shared)
        {
            var sum = _sums.Span.Slice(to, Line);
            sum.Clear();
            foreach (var one in from)
            {
                for (var lane = 0; lane < Line; lane++)
                {
                    sum[lane] += _sums.Span[one + lane];
                }
            }
        }

        var lanes = stackalloc float[Line];
        var bases = stackalloc float*[_places.Length];
        for (var i = 0; i < _places.Length; i++)
        {
            bases[i] = _sums.Pointer + _places[i];
        }

        _finish.Run<ScalarLanes, float>(bases, 0, Line, lanes);
        return MathF.Sqrt(LaneSum.Run<ScalarLanes, float>(lanes, Line));
    }

    /// <summary>Whole lines as the tree's blocks, and what is left of a line at either end.</summary>
    private static void Cut(int offset, int count, List<Part> parts, ref int place)
    {
        Span<TreePiece> blocks = stackalloc TreePiece[2 * sizeof(int) * 8];
        var end = offset + count;
        while (offset < end)
        {
            var first = offset / Line;
            var lines = (end / Line) - first;
            if (offset % Line != 0 || lines == 0)
            {
                var stop = Math.Min(end, (first + 1) * Line);
                parts.Add(new Part(new TreePiece(first, 1), offset % Line, stop - (first * Line), Take(ref place)));
                offset = stop;
                continue;
            }

            foreach (var block in blocks[..CanonicalTree.Pieces(first, lines, blocks)])
            {
                parts.Add(new Part(block, 0, Line, Take(ref place)));
            }

            offset = (first + lines) * Line;
        }
    }

    private static int Take(ref int place) => (place += Line) - Line;

    /// <summary>Sums a block of lines as in a binary counter: what is at 2ᵏ in the stack holds 2ᵏ lines.</summary>
    private unsafe void Square<TLanes, TVector>(in Part part, AlignedBuffer gradient)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var sums = _sums.Pointer + part.Place;
        if (part.LaneFrom > 0 || part.LaneTo < Line)
        {
            for (var lane = 0; lane < Line; lane++)
            {
                var value = lane >= part.LaneFrom && lane < part.LaneTo
                    ? gradient.Pointer[(part.Lines.First * Line) + lane]
                    : 0;
                sums[lane] = value * value;
            }

            return;
        }

        var stack = stackalloc float[32 * Line];
        for (var lane = 0; lane < Line; lane += TLanes.Count)
        {
            var top = stack + lane;
            for (var line = 0; line < part.Lines.Size; line++)
            {
                var value = TLanes.Load(gradient.Pointer + ((part.Lines.First + line) * Line) + lane);
                var sum = TLanes.Multiply(value, value);
                for (var merged = line; (merged & 1) == 1; merged >>= 1)
                {
                    top -= Line;
                    sum = TLanes.Add(TLanes.Load(top), sum);
                }

                TLanes.Store(sum, top);
                top += Line;
            }

            TLanes.Store(TLanes.Load(stack + lane), sums + lane);
        }

        GC.KeepAlive(gradient);
    }

    /// <summary>A block of lines, or some lanes of one line.</summary>
    private readonly record struct Part(TreePiece Lines, int LaneFrom, int LaneTo, int Place);
}
