using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>One block of a weight gradient: all the rows of a range for some columns of the result.</summary>
internal unsafe struct GradientBlock
{
    /// <summary>The most panels of x that are packed at a time: 8 of 6 rows or of 14 fill whole cache lines.</summary>
    private const int GroupPanelsMax = 8;

    /// <summary>The most floats of such panels, unless one has more: 256 KB.</summary>
    private const int GroupFloatsMax = 64 * 1024;

    /// <summary>The most floats of all panels that are kept for further blocks of columns: 16 MB.</summary>
    private const int KeptFloatsMax = 4 * 1024 * 1024;

    /// <summary>The block's size: Rows by Columns results over Depth rows of the operands.</summary>
    internal int Rows;
    internal int Columns;
    internal int Depth;

    /// <summary>How the rows of the operands are taken; see Note [Stretches].</summary>
    internal GradientStretch* Stretches;
    internal int StretchCount;

    internal RowPanels Panels;

    /// <summary>True where panels of x that lie wholly inside the matrix are not packed.</summary>
    internal bool LeftIsInPlace;

    /// <summary>True where packed panels of x serve several blocks of columns, the first of which packs them.</summary>
    internal bool KeepsLeft;
    internal bool LeftIsPacked;

    /// <summary>
    /// True where packed panels of x take turns at each panel of dy, which so stays in the first-level cache. Rows of
    /// results that lie far apart are better written along.
    /// </summary>
    internal bool TakesTurns;

    /// <summary>True where tiles ask for the results' memory before they need it.</summary>
    internal bool AsksForResults;

    /// <summary>
    /// True where panels of x that are not packed are asked for: other cores have written the most of it, and where its
    /// rows lie far apart, the processor foresees nothing. Where x is near, asking costs up to a tenth.
    /// </summary>
    internal bool AsksForLeft;

    internal float* Left;
    internal float* Stack;

    /// <summary>Where sums of stretches wait: for each level the tiles of a strip, one behind the other.</summary>
    internal float* Waiting;
    internal nint WaitingStep;

    /// <summary>Where the results go: rows Stride apart, pieces PieceStride apart.</summary>
    internal float* Pieces;
    internal nint Stride;
    internal nint PieceStride;

    /// <summary>What tiles see to beside their results.</summary>
    internal Besides Besides;

    /// <summary>The stretch at hand, the first row of the strip, and its columns with their padding.</summary>
    private GradientStretch* _stretch;
    private int _firstRow;
    private int _paddedColumns;

    /// <summary>Room for the blocks of the tree that can be waiting at one time, a tile each.</summary>
    internal static int StackFloats<TLanes, TVector>(int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        (CanonicalTree.PiecesMax(microbatches) + 1)
        * Blocking.RoundUp(TileShapes.FloatsMax<TLanes, TVector>(), AlignedBuffer.LineFloats);

    /// <summary>Room for packed panels of the left operand.</summary>
    internal static int LeftFloats<TLanes, TVector>(int m, int n, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var panel = PanelFloats(TileShapes.HeightMax<TLanes, TVector>(), rows);
        var group = Math.Min(GroupPanelsMax * panel, Math.Max(GroupFloatsMax, panel));
        return Blocking.Columns<TLanes, TVector>(n, rows) < n
            ? Blocking.RoundUp((int)Math.Max(group, Math.Min(AllFloats(m, rows), KeptFloatsMax)), Lanes512.Count)
            : group;
    }

    /// <summary>Whether all panels are few enough floats to be kept.</summary>
    internal static bool Keeps(int m, int rows) => AllFloats(m, rows) <= KeptFloatsMax;

    /// <summary>Rows of the longest stretch.</summary>
    internal readonly int StretchDepth
    {
        get
        {
            var depth = 0;
            for (var i = 0; i < StretchCount; i++)
            {
                depth = Math.Max(depth, Stretches[i].Depth);
            }

            return depth;
        }
    }

    /// <summary>Columns of dy that are taken at a time.</summary>
    internal readonly int ColumnsMax<TLanes, TVector>(int n)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => Blocking.Columns<TLanes, TVector>(n, StretchDepth, Depth);

    /// <summary>
    /// The most floats of a strip's tiles, if it has several: where each stretch reads its rows of dy anew for every
    /// strip, twice as many.
    /// </summary>
    internal readonly int StripFloats => StripShares.StripFloats * (StretchCount > 1 ? 2 : 1);

    /// <summary>The most floats of a panel's results over so many columns, padding included.</summary>
    internal readonly int PanelFloats<TLanes, TVector>(int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => Panels.Height(0) * Blocking.RoundUp(columns, TLanes.Count);

    /// <summary>Prepares so many columns of dy from one on, for so many panels of x.</summary>
    internal void TakeRight<TLanes, TVector>(
        float* dy, int dyRowStride, int column, int columns, int panels, float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        Columns = columns;
        var view = new MatrixView(dy, dyRowStride, transposed: false);
        var padded = Blocking.RoundUp(columns, TLanes.Count);
        for (var i = 0; i < StretchCount; i++)
        {
            ref var stretch = ref Stretches[i];
            stretch.Right = RightFactor.Prepare<TLanes, TVector>(
                view, stretch.Start, stretch.Depth, column, columns, panels, room);
            room += (nint)padded * stretch.Depth;
        }
    }

    /// <summary>The rows of panels from … to before the end.</summary>
    internal void Run<TLanes, TVector>(MatrixView x, int from, int end)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        (_firstRow, _paddedColumns) = (Panels.FirstRow(from), Blocking.RoundUp(Columns, TLanes.Count));
        for (var i = 0; i < StretchCount; i++)
        {
            _stretch = Stretches + i;
            RunStretch<TLanes, TVector>(
                new MatrixView(x.At(0, _stretch->Start), x.RowStride, x.Transposed), from, end);
        }
    }

    private readonly void RunStretch<TLanes, TVector>(MatrixView x, int from, int end)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var panel = from; panel < end;)
        {
            var height = Panels.Height(panel);
            if (LeftIsInPlace && Rows - Panels.FirstRow(panel) >= height)
            {
                if (AsksForLeft)
                {
                    AskAhead(x, panel);
                }

                RunPanel<TLanes, TVector>(panel, new Panel(x.At(Panels.FirstRow(panel), 0), x.RowStride));
                panel++;
                continue;
            }

            var left = KeepsLeft ? Left + Kept(panel) : Left;
            var packed = LeftIsPacked
                ? Math.Min(end, panel < Panels.TallCount ? Panels.TallCount : Panels.Count)
                : Pack<TLanes, TVector>(x, panel, end, left);
            RunPacked<TLanes, TVector>(panel, packed, left);
            panel = packed;
        }
    }

    /// <summary>Asks for the lines of x behind those of the next panel, where that begins new ones.</summary>
    [MethodImpl(HotLoop.Options)]
    private readonly void AskAhead(MatrixView x, int panel)
    {
        var (row, next) = (Panels.FirstRow(panel), Panels.FirstRow(panel + 1));
        var line = next / AlignedBuffer.LineFloats;
        if (line != row / AlignedBuffer.LineFloats)
        {
            TileKernels.Prefetch(
                x.At((line + 1) * AlignedBuffer.LineFloats, 0), x.RowStride, _stretch->Depth, AlignedBuffer.LineFloats);
        }
    }

    /// <summary>No fewer floats than all panels of m rows have, padding included.</summary>
    private static long AllFloats(int m, int rows) =>
        ((m + 14L) * rows) + (((m / 4) + 2L) * (Lanes512.Count + AlignedBuffer.LineFloats));

    /// <summary>Where a panel lies among all of them.</summary>
    private readonly nint Kept(int panel)
    {
        var tall = Math.Min(panel, Panels.TallCount);
        return ((nint)tall * PanelFloats(Panels.Height(0), _stretch->Depth))
            + ((nint)(panel - tall) * PanelFloats(Panels.Height(panel), _stretch->Depth));
    }

    /// <summary>A packed panel with what may be overwritten behind it.</summary>
    private static int PanelFloats(int height, int rows) =>
        Blocking.RoundUp((height * rows) + Lanes512.Count, AlignedBuffer.LineFloats);

    /// <summary>Packs panels from the given one on that are alike, and returns which one is the next.</summary>
    private readonly int Pack<TLanes, TVector>(MatrixView x, int panel, int last, float* left)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (row, height) = (Panels.FirstRow(panel), Panels.Height(panel));
        var step = PanelFloats(height, _stretch->Depth);
        var most = Math.Clamp(GroupFloatsMax / step, 1, GroupPanelsMax);
        var end = panel;
        while (end - panel < most && end < last && Panels.Height(end) == height
            && Panels.FirstRow(end) + Packing.VectorFor(height) <= Rows)
        {
            end++;
        }

        if (end > panel)
        {
            Packing.PackSideBySide(x.At(row, 0), x.RowStride, _stretch->Depth, left, step, end - panel, height);
            return end;
        }

        Packing.Pack<TLanes, TVector>(x, row, Rows - row, 0, _stretch->Depth, left, height);
        return panel + 1;
    }

    /// <summary>Panels of the same height, packed one behind the other.</summary>
    private readonly void RunPacked<TLanes, TVector>(int from, int end, float* left)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var height = Panels.Height(from);
        var step = PanelFloats(height, _stretch->Depth);
        if (TakesTurns)
        {
            var work = new TurnWork(in this, from, end, left, step);
            TileShapes.Run<TLanes, TVector, TurnWork>(height, Columns, ref work);
            return;
        }

        for (var panel = from; panel < end; panel++, left += step)
        {
            RunPanel<TLanes, TVector>(panel, new Panel(left, height));
        }
    }

    private readonly void RunPanel<TLanes, TVector>(int panel, Panel left)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (row, height) = (Panels.FirstRow(panel), Panels.Height(panel));
        var work = new TileWork(in this, row, left);
        TileShapes.Run<TLanes, TVector, TileWork>(height, Columns, ref work);
    }

    private readonly void RunTile<TTile>(int row, int column, Panel left)
        where TTile : struct, ITile
    {
        ref readonly var stretch = ref *_stretch;
        var right = stretch.Right.At(column, TTile.Width);
        if (StretchCount > 1)
        {
            RunTile<TTile>(row, column, left, right);
            return;
        }

        var rows = Math.Min(TTile.Height, Rows - row);
        var columns = Math.Min(TTile.Width, Columns - column);
        var isWhole = rows == TTile.Height && columns == TTile.Width;
        var destination = Pieces + (row * Stride) + column;
        var last = destination + ((stretch.PieceCount - 1) * PieceStride);
        var lastSlot = Stack + ((nint)(stretch.PieceCount - 1) * TTile.Height * TTile.Width);
        if (isWhole && AsksForResults)
        {
            TileKernels.Prefetch<TTile>(last, Stride);
        }

        if (isWhole)
        {
            Besides.Prepare<TTile>(row, column);
        }

        TileKernels.Tree<TTile>(
            stretch.Leaves, left, right, Stack, isWhole ? last : lastSlot, isWhole ? Stride : TTile.Width);
        for (var piece = 0; piece < (isWhole ? stretch.PieceCount - 1 : stretch.PieceCount); piece++)
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

    /// <summary>A tile of one of several stretches, whose sum waits for others or ends a piece.</summary>
    private readonly void RunTile<TTile>(int row, int column, Panel left, Panel right)
        where TTile : struct, ITile
    {
        ref readonly var stretch = ref *_stretch;
        var own = Waiting + (stretch.Waiting * WaitingStep)
            + ((nint)(row - _firstRow) * _paddedColumns) + ((nint)column * TTile.Height);
        TileKernels.Tree<TTile>(stretch.Leaves, left, right, Stack, own, TTile.Width);
        var sum = own - (stretch.Merges * WaitingStep);
        if (stretch.Merges > 0)
        {
            TileKernels.AddWaiting<TTile>(own, WaitingStep, stretch.Merges);
        }

        if (stretch.EndsPiece)
        {
            TileKernels.CopyPart(
                sum, TTile.Width, Pieces + (stretch.Piece * PieceStride) + (row * Stride) + column, Stride,
                Math.Min(TTile.Height, Rows - row), Math.Min(TTile.Width, Columns - column));
        }
    }

    /// <summary>Tiles of one panel of x.</summary>
    private readonly ref struct TileWork(ref readonly GradientBlock block, int row, Panel left) : ITileWork
    {
        private readonly ref readonly GradientBlock _block = ref block;

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile
        {
            for (var j = first; j < end; j += TTile.Width)
            {
                _block.RunTile<TTile>(row, j, left);
            }
        }
    }

    /// <summary>Tiles of panels of x that take turns.</summary>
    private readonly ref struct TurnWork(ref readonly GradientBlock block, int from, int to, float* left, nint step)
        : ITileWork
    {
        private readonly ref readonly GradientBlock _block = ref block;

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile
        {
            for (var j = first; j < end; j += TTile.Width)
            {
                for (var panel = from; panel < to; panel++)
                {
                    _block.RunTile<TTile>(
                        _block.Panels.FirstRow(panel), j, new Panel(left + ((panel - from) * step), TTile.Height));
                }
            }
        }
    }
}
