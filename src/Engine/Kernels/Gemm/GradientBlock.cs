using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>One block of a weight gradient: all the rows of a range for some columns of the result.</summary>
internal unsafe struct GradientBlock
{
    /// <summary>The block's size: Rows by Columns results over Depth rows of the operands.</summary>
    internal int Rows;
    internal int Columns;
    internal int Depth;

    internal LeafPlan Leaves;
    internal int PieceCount;
    internal RowPanels Panels;
    internal float* Left;
    internal RightFactor Right;
    internal float* Stack;

    /// <summary>Where the results go: rows Stride apart, pieces PieceStride apart.</summary>
    internal float* Pieces;
    internal nint Stride;
    internal nint PieceStride;

    /// <summary>Room for the blocks of the tree that can be waiting at one time, a tile each.</summary>
    internal static int StackFloats<TLanes, TVector>(int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        (CanonicalTree.PiecesMax(microbatches) + 1)
        * Blocking.RoundUp(RowPanels.TallHeight<TLanes, TVector>() * 2 * TLanes.Count, AlignedBuffer.LineFloats);

    /// <summary>Room for one packed panel of the left operand.</summary>
    internal static int LeftFloats<TLanes, TVector>(int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        Blocking.RoundUp(
            (RowPanels.TallHeight<TLanes, TVector>() * rows) + TLanes.Count, AlignedBuffer.LineFloats);

    internal readonly void Run<TLanes, TVector>(MatrixView x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var isInPlace = Blocking.ReadsInPlace(x.RowStride, Blocking.WidePanels<TLanes, TVector>(Columns));
        for (var panel = 0; panel < Panels.Count; panel++)
        {
            var row = Panels.FirstRow(panel);
            var height = Panels.Height(panel);
            var left = new Panel(Left, height);
            if (isInPlace && Rows - row >= height)
            {
                left = new Panel(x.At(row, 0), x.RowStride);
            }
            else
            {
                Packing.Pack<TLanes, TVector>(x, row, Rows - row, 0, Depth, Left, height);
            }

            if (TLanes.Count == 8)
            {
                if (Panels.IsTall(panel))
                {
                    RunTiles<Tile6<WideRow<TLanes, TVector>>, Tile6<NarrowRow<TLanes, TVector>>>(row, left);
                }
                else
                {
                    RunTiles<Tile4<WideRow<TLanes, TVector>>, Tile4<NarrowRow<TLanes, TVector>>>(row, left);
                }
            }
            else if (Panels.IsTall(panel))
            {
                RunTiles<Tile14<WideRow<TLanes, TVector>>, Tile14<NarrowRow<TLanes, TVector>>>(row, left);
            }
            else
            {
                RunTiles<Tile8<WideRow<TLanes, TVector>>, Tile8<NarrowRow<TLanes, TVector>>>(row, left);
            }
        }
    }

    private readonly void RunTiles<TWide, TNarrow>(int row, Panel left)
        where TWide : struct, ITile
        where TNarrow : struct, ITile
    {
        for (var j = 0; j < Columns; j += TWide.Width)
        {
            if (Columns - j > TNarrow.Width)
            {
                RunTile<TWide>(row, j, left);
            }
            else
            {
                RunTile<TNarrow>(row, j, left);
            }
        }
    }

    private readonly void RunTile<TTile>(int row, int column, Panel left)
        where TTile : struct, ITile
    {
        var right = Right.At(column, TTile.Width);
        var rows = Math.Min(TTile.Height, Rows - row);
        var columns = Math.Min(TTile.Width, Columns - column);
        var isWhole = rows == TTile.Height && columns == TTile.Width;
        var destination = Pieces + (row * Stride) + column;
        var last = destination + ((PieceCount - 1) * PieceStride);
        var lastSlot = Stack + ((nint)(PieceCount - 1) * TTile.Height * TTile.Width);
        TileKernels.Tree<TTile>(
            Leaves, left, right, Stack, isWhole ? last : lastSlot, isWhole ? Stride : TTile.Width);
        for (var piece = 0; piece < (isWhole ? PieceCount - 1 : PieceCount); piece++)
        {
            var slot = Stack + ((nint)piece * TTile.Height * TTile.Width);
            if (isWhole)
            {
                TileKernels.Copy<TTile>(slot, TTile.Width, destination, Stride);
            }
            else
            {
                TileKernels.CopyPart(slot, TTile.Width, destination, Stride, rows, columns);
            }

            destination += PieceStride;
        }
    }
}
