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

    /// <summary>Products that this stretch of the chains adds; true where the chains go on from what c holds.</summary>
    internal int Depth;
    internal bool Resumes;

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

    /// <summary>True where bias or activation follow when the chains end; a bias is one number for each row.</summary>
    internal bool Finishes;
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

    /// <summary>The rows of one left panel with so many columns, at most as many as the widest tile has.</summary>
    internal readonly void RunPanel<TLanes, TVector>(RowPanels panels, int panel, Panel left, int column, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var work = new TileWork(in this, panels.FirstRow(panel), left, column);
        TileShapes.Run<TLanes, TVector, TileWork>(panels.Height(panel), columns, ref work);
    }

    /// <summary>Bias and activation for the same results, while they are near.</summary>
    internal readonly void Finish<TLanes, TVector, TActivation>(
        RowPanels panels, int panel, int column, int columns, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        var row = panels.FirstRow(panel);
        TileKernels.FinishRows<TLanes, TVector, TActivation>(
            C + (row * Stride) + column,
            Stride,
            Math.Min(panels.Height(panel), Rows - row),
            columns,
            Bias == null ? null : Bias + row,
            activation);
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

    /// <summary>A tile, with what it is computed from.</summary>
    private readonly ref struct TileWork(ref readonly TapTiles tiles, int row, Panel left, int column) : ITileWork
    {
        private readonly ref readonly TapTiles _tiles = ref tiles;

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile => _tiles.RunTile<TTile>(row, left, column + first, end - first);
    }
}
