using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Some positions one after the other, as many as a register tile is wide: where windows add.</summary>
/// <remarks>
/// Shapes: a panel is [lines, Width], a line of a <see cref="PaddedImage"/> each, Width a whole number of vectors. The
/// positions are cut into pieces, each within one row of positions and at most a vector long: the same ones for every
/// line, so each piece is moved for all lines before the next one.
/// </remarks>
internal readonly unsafe ref struct PatchPanel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly Span<PatchPiece> _pieces;
    private readonly int _width;
    private readonly int _stride;

    /// <param name="pieces">Room for as many pieces as the panel has positions.</param>
    internal PatchPanel(
        in WindowGrid grid, in PaddedImage image, int first, int positions, int width, Span<PatchPiece> pieces)
    {
        (_width, _stride) = (width, grid.Stride);
        var count = 0;
        for (var done = 0; done < positions;)
        {
            var (row, column) = ((first + done) / grid.Columns, (first + done) % grid.Columns);
            var length = Math.Min(Math.Min(grid.Columns - column, positions - done), TLanes.Count);
            pieces[count++] = new PatchPiece(done, (row * image.RowStep) + (column * grid.Stride), length);
            done += length;
        }

        _pieces = pieces[..count];
    }

    /// <summary>Adds lines to the pixels that they were seen at: the last piece first, in it line by line.</summary>
    internal void Scatter(float* panel, int* offsets, int lines, float* image)
    {
        for (var i = _pieces.Length - 1; i >= 0; i--)
        {
            if (_stride > 1)
            {
                ScatterApart(_pieces[i], panel, offsets, lines, image);
            }
            else
            {
                Scatter(_pieces[i], panel, offsets, lines, image);
            }
        }
    }

    /// <summary>Whole vectors: pixels behind the piece are written back as they were.</summary>
    [MethodImpl(HotLoop.Options)]
    private void Scatter(PatchPiece piece, float* panel, int* offsets, int lines, float* image)
    {
        image += piece.Offset;
        panel += piece.First;
        var (number, length) = (LaneNumbers.From<TLanes, TVector>(0), TLanes.Broadcast(piece.Length));
        for (var line = 0; line < lines; line++, panel += _width)
        {
            var before = TLanes.Load(image + offsets[line]);
            var after = TLanes.Add(before, TLanes.Load(panel));
            TLanes.Store(TLanes.WhereLess(number, length, after, before), image + offsets[line]);
        }
    }

    [MethodImpl(HotLoop.Options)]
    private void ScatterApart(PatchPiece piece, float* panel, int* offsets, int lines, float* image)
    {
        for (var line = 0; line < lines; line++, panel += _width)
        {
            var to = image + offsets[line] + piece.Offset;
            for (var i = piece.First; i < piece.First + piece.Length; i++, to += _stride)
            {
                *to += panel[i];
            }
        }
    }
}

/// <summary>Positions of one row of them.</summary>
/// <param name="First">The first one's column in the panel.</param>
/// <param name="Offset">Where the first one's window begins, from the first position's.</param>
internal readonly record struct PatchPiece(int First, int Offset, int Length);
