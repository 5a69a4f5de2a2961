using System.Runtime.CompilerServices;
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

    /// <summary>Room for one tile.</summary>
    internal float* Scratch;

    /// <summary>The rows of one left panel with so many columns, at most as many as a wide tile has.</summary>
    internal readonly void RunPanel<TLanes, TVector>(RowPanels panels, int panel, Panel left, int column, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var row = panels.FirstRow(panel);
        var isWide = columns > TLanes.Count;
        if (TLanes.Count == 8)
        {
            if (panels.IsTall(panel))
            {
                Run<TLanes, TVector, Tile6<WideRow<TLanes, TVector>>, Tile6<NarrowRow<TLanes, TVector>>>(
                    isWide, row, left, column, columns);
            }
            else
            {
                Run<TLanes, TVector, Tile4<WideRow<TLanes, TVector>>, Tile4<NarrowRow<TLanes, TVector>>>(
                    isWide, row, left, column, columns);
            }
        }
        else if (panels.IsTall(panel))
        {
            Run<TLanes, TVector, Tile14<WideRow<TLanes, TVector>>, Tile14<NarrowRow<TLanes, TVector>>>(
                isWide, row, left, column, columns);
        }
        else
        {
            Run<TLanes, TVector, Tile8<WideRow<TLanes, TVector>>, Tile8<NarrowRow<TLanes, TVector>>>(
                isWide, row, left, column, columns);
        }
    }

    private readonly void Run<TLanes, TVector, TWide, TNarrow>(
        bool isWide, int row, Panel left, int column, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TWide : struct, ITile
        where TNarrow : struct, ITile
    {
        if (isWide)
        {
            RunTile<TLanes, TVector, TWide>(row, left, column, columns);
        }
        else
        {
            RunTile<TLanes, TVector, TNarrow>(row, left, column, columns);
        }
    }

    private readonly void RunTile<TLanes, TVector, TTile>(int row, Panel left, int column, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TTile : struct, ITile
    {
        var c = C + (row * Stride) + column;
        var right = Right + column;
        if (Rows - row >= TTile.Height && columns == TTile.Width)
        {
            Chain<TTile>(Depth, left, right, Offsets, c, Stride, Resumes);
            return;
        }

        var rows = Math.Min(TTile.Height, Rows - row);
        if (Resumes)
        {
            Copy<TLanes, TVector>(c, Stride, Scratch, TTile.Width, rows, columns);
        }

        Chain<TTile>(Depth, left, right, Offsets, Scratch, TTile.Width, Resumes);
        Copy<TLanes, TVector>(Scratch, TTile.Width, c, Stride, rows, columns);
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

        for (nint k = 0; k < depth; k++)
        {
            tile.MultiplyAdd(a, right + offsets[k]);
            a += step;
        }

        tile.Store(c, stride);
    }

    /// <summary>The part of a tile that lies inside the matrix.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void Copy<TLanes, TVector>(
        float* source, nint sourceStride, float* destination, nint destinationStride, int rows, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (; rows > 0; rows--, source += sourceStride, destination += destinationStride)
        {
            var j = 0;
            for (; j <= columns - TLanes.Count; j += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(source + j), destination + j);
            }

            for (; j < columns; j++)
            {
                destination[j] = source[j];
            }
        }
    }
}
