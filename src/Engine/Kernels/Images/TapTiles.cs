using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Tiles of a product whose right factor is read where it lies, from a table of its lines.</summary>
internal unsafe struct TapTiles
{
    /// <summary>Results: Rows of them, Stride apart.</summary>
    internal float* C;
    internal nint Stride;
    internal int Rows;

    /// <summary>
    /// Products that this stretch of the chains adds; whether the chains go on from what c holds, and whether they end
    /// with it, so that bias and activation follow.
    /// </summary>
    internal int Depth;
    internal bool Resumes;
    internal bool Ends;

    /// <summary>The right factor's line k begins at Right + Offsets[k].</summary>
    internal float* Right;
    internal int* Offsets;

    /// <summary>
    /// Room for a tile's part of the lines, one behind the other; whether it is there for the columns at hand, which
    /// are as many as the widest tile has.
    /// </summary>
    internal float* Gathered;
    internal bool IsGathered;

    /// <summary>Room for one tile.</summary>
    internal float* Scratch;

    /// <summary>One number for each row; null adds nothing.</summary>
    internal float* Bias;

    /// <summary>Puts the lines' columns from the given one on together.</summary>
    [MethodImpl(HotLoop.Options)]
    internal readonly void Gather<TRow>(int column)
        where TRow : struct, ITileRow<TRow>
    {
        var from = Right + column;
        var to = Gathered;
        for (var k = 0; k < Depth; k++, to += TRow.Width)
        {
            TRow.Store(TRow.Load(from + Offsets[k]), to);
        }
    }

    /// <summary>All rows with so many columns, at most as many as the widest tile has.</summary>
    /// <param name="start">Where this stretch of the chains begins.</param>
    internal readonly void Run<TLanes, TVector, TActivation>(
        PackedLeft left, int start, int column, int columns, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        RunPanels<TLanes, TVector, TActivation>(left, start, 0, left.Panels.TallCount, column, columns, activation);
        RunPanels<TLanes, TVector, TActivation>(
            left, start, left.Panels.TallCount, left.Panels.Count, column, columns, activation);
    }

    /// <summary>Panels of the same height, from … to before the end.</summary>
    private readonly void RunPanels<TLanes, TVector, TActivation>(
        PackedLeft left, int start, int from, int end, int column, int columns, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (from < end)
        {
            var work = new PanelWork<TLanes, TVector, TActivation>(in this, left, start, from, end, column, activation);
            TileShapes.Run<TLanes, TVector, PanelWork<TLanes, TVector, TActivation>>(
                left.Panels.Height(from), columns, ref work);
        }
    }

    /// <summary>Whole tiles of panels below each other, whose chains neither go on nor end elsewhere.</summary>
    private readonly void RunTiles<TTile, TActivation>(
        int row, int count, Panel left, int column, TActivation activation)
        where TTile : struct, ITile
        where TActivation : struct, IUnaryOperator
    {
        var place = new FinishedTile<TActivation>(
            C + (row * Stride) + column, Stride, Bias == null ? null : Bias + row, activation);
        if (IsGathered)
        {
            TileKernels.ChainsDown<TTile, TActivation>(count, Depth, left, new Panel(Gathered, TTile.Width), place);
        }
        else
        {
            ChainsDown<TTile, TActivation>(count, Depth, left, Right + column, Offsets, place);
        }
    }

    /// <summary>Bias and activation for results that are there.</summary>
    private readonly void Finish<TLanes, TVector, TActivation>(
        int row, int rows, int column, int columns, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (Ends && (Bias != null || typeof(TActivation) != typeof(Identity)))
        {
            TileKernels.FinishRows<TLanes, TVector, TActivation>(
                C + (row * Stride) + column, Stride, Math.Min(rows, Rows - row), columns,
                Bias == null ? null : Bias + row, activation);
        }
    }

    private readonly void RunTile<TTile>(int row, Panel left, int column, int columns)
        where TTile : struct, ITile
    {
        var c = C + (row * Stride) + column;
        var right = Right + column;
        if (Rows - row >= TTile.Height && columns == TTile.Width)
        {
            if (IsGathered)
            {
                TileKernels.Chain<TTile>(Depth, left, new Panel(Gathered, TTile.Width), c, Stride, Resumes);
            }
            else
            {
                Chain<TTile>(Depth, left, right, Offsets, c, Stride, Resumes);
            }

            return;
        }

        var rows = Math.Min(TTile.Height, Rows - row);
        if (Resumes)
        {
            TileKernels.CopyPart(c, Stride, Scratch, TTile.Width, rows, columns);
        }

        Chain<TTile>(Depth, left, right, Offsets, Scratch, TTile.Width, Resumes);
        TileKernels.CopyPart(Scratch, TTile.Width, c, Stride, rows, columns);
    }

    [MethodImpl(HotLoop.Options)]
    private static void Chain<TTile>(
        int depth, Panel left, float* right, int* offsets, float* c, nint stride, bool resumes)
        where TTile : struct, ITile
    {
        var a = left.Data;
        var step = left.Step;
        var tile = default(TTile);
        if (resumes)
        {
            tile.Load(c, stride);
        }

        nint k = 0;
        if ((depth & 1) != 0)
        {
            tile.MultiplyAdd(a, right + offsets[k++]);
            a += step;
        }

        for (; k < depth; k += 2)
        {
            tile.MultiplyAdd(a, right + offsets[k]);
            tile.MultiplyAdd(a + step, right + offsets[k + 1]);
            a += 2 * step;
        }

        tile.Store(c, stride);
    }

    /// <summary>The same as <see cref="TileKernels.ChainsDown"/>, with the right factor read by its table.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void ChainsDown<TTile, TActivation>(
        int count, int depth, Panel left, float* right, int* offsets, FinishedTile<TActivation> place)
        where TTile : struct, ITile
        where TActivation : struct, IUnaryOperator
    {
        var a = left.Data;
        var step = left.Step;
        var (first, firstStep) = (offsets[0], offsets[1] - offsets[0]);
        var tile = default(TTile);
        for (nint k = 0; ; k = 2)
        {
            if (((depth - k) & 1) != 0)
            {
                tile.MultiplyAdd(a, right + offsets[k++]);
                a += step;
            }

            for (; k < depth; k += 2)
            {
                tile.MultiplyAdd(a, right + offsets[k]);
                tile.MultiplyAdd(a + step, right + offsets[k + 1]);
                a += 2 * step;
            }

            a = --count == 0 ? left.Data : a; // what the last tile begins is not used
            tile.PutAndBegin(place, a, step, right + first, firstStep);
            if (count == 0)
            {
                return;
            }

            a += 2 * step;
            place = place.Below(TTile.Height);
        }
    }

    /// <summary>Tiles of panels of the same height.</summary>
    private readonly ref struct PanelWork<TLanes, TVector, TActivation>(
        ref readonly TapTiles tiles, PackedLeft left, int start, int from, int end, int column, TActivation activation)
        : ITileWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        private readonly ref readonly TapTiles _tiles = ref tiles;

        public void Run<TTile>(int first, int last)
            where TTile : struct, ITile
        {
            var (place, columns, panel) = (column + first, last - first, from);
            if (TActivation.IsBrief && _tiles.Depth >= 2 && columns == TTile.Width && !_tiles.Resumes && _tiles.Ends)
            {
                var row = left.Panels.FirstRow(from);
                var whole = Math.Min(end - from, (_tiles.Rows - row) / TTile.Height);
                if (whole > 0)
                {
                    _tiles.RunTiles<TTile, TActivation>(row, whole, left.At(from, start), place, activation);
                    panel += whole;
                }
            }

            for (; panel < end; panel++)
            {
                var row = left.Panels.FirstRow(panel);
                _tiles.RunTile<TTile>(row, left.At(panel, start), place, columns);
                _tiles.Finish<TLanes, TVector, TActivation>(row, TTile.Height, place, columns, activation);
            }
        }
    }
}
