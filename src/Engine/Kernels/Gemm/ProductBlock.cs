using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>One block of a product: a stretch of the inner dimension for some rows and columns.</summary>
internal unsafe struct ProductBlock
{
    /// <summary>The block's place in the whole product, in elements.</summary>
    internal int FirstRow;
    internal int FirstColumn;
    internal int Start;

    /// <summary>The block's size: Rows by Columns results over Depth products each.</summary>
    internal int Rows;
    internal int Columns;
    internal int Depth;

    /// <summary>True where the chains end with this block, so that bias and activation follow.</summary>
    internal bool IsLast;

    /// <summary>True where the packed left panels serve several blocks, the first of them in column 0.</summary>
    internal bool KeepLeft;

    /// <summary>True where left panels that lie wholly inside the matrix are not packed.</summary>
    internal bool LeftIsInPlace;

    /// <summary>Floats between the rows of panels that are read across the order of memory.</summary>
    internal nint LeftStride;

    internal RowPanels Panels;
    internal float* Left;
    internal RightFactor Right;

    /// <summary>What tiles see to meanwhile, where there is one for all the columns: they ask for it or pack it.
    /// </summary>
    internal AskedAhead Asked;
    internal PackedAhead Packed;

    /// <summary>True where tiles ask for the results' memory before they need it.</summary>
    internal bool AsksForResults;
    internal float* Scratch;
    internal float* C;
    internal float* Bias;
    internal nint Stride;

    /// <summary>Room for one tile and its bias.</summary>
    internal static int ScratchFloats<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        Blocking.RoundUp(
            TileShapes.FloatsMax<TLanes, TVector>() + TileShapes.WidthMax<TLanes, TVector>(), AlignedBuffer.LineFloats);

    internal void Run<TLanes, TVector, TActivation>(MatrixView a, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (Columns > TileShapes.WidthMax<TLanes, TVector>())
        {
            for (var panel = 0; panel < Panels.Count; panel++)
            {
                RunPanel<TLanes, TVector, TActivation>(panel, TakeLeft<TLanes, TVector>(a, panel), activation);
            }

            return;
        }

        // With one tile for all the columns, which one is decided once for all the panels, not for each.
        RunPanels<TLanes, TVector, TActivation>(0, Panels.TallCount, a, activation);
        RunPanels<TLanes, TVector, TActivation>(Panels.TallCount, Panels.Count, a, activation);
    }

    /// <summary>Panels of the same height, from … to before the end.</summary>
    private void RunPanels<TLanes, TVector, TActivation>(int from, int end, MatrixView a, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (from < end)
        {
            var work = new PanelWork<TLanes, TVector, TActivation>(ref this, from, end, a, activation);
            TileShapes.Run<TLanes, TVector, PanelWork<TLanes, TVector, TActivation>>(
                Panels.Height(from), Columns, ref work);
        }
    }

    /// <summary>The rows of one left panel with all the columns.</summary>
    internal void RunPanel<TLanes, TVector, TActivation>(int panel, Panel left, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        var (row, height) = (Panels.FirstRow(panel), Panels.Height(panel));
        var work = new TileWork<TLanes, TVector, TActivation>(ref this, row, left, activation);
        TileShapes.Run<TLanes, TVector, TileWork<TLanes, TVector, TActivation>>(height, Columns, ref work);
    }

    /// <summary>A panel of the left factor: where it lies, or packed, by the first block of columns.</summary>
    private readonly Panel TakeLeft<TLanes, TVector>(MatrixView a, int panel)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (row, height) = (Panels.FirstRow(panel), Panels.Height(panel));
        if (LeftIsInPlace && Rows - row >= height)
        {
            return new Panel(a.At(FirstRow + row, Start), a.Transposed ? a.RowStride : 1);
        }

        var left = new Panel(KeepLeft ? Left + ((nint)row * Depth) : Left, height);
        if (FirstColumn == 0)
        {
            Packing.Pack<TLanes, TVector>(a, FirstRow + row, Rows - row, Start, Depth, left.Data, height);
        }

        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RunTile<TLanes, TVector, TActivation, TTile>(
        int row, int column, Panel left, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
        where TTile : struct, ITile
    {
        var c = C + (row * Stride) + column;
        var right = Right.At(column, TTile.Width);
        var bias = Bias == null ? null : Bias + column;
        if (Rows - row >= TTile.Height && Columns - column >= TTile.Width)
        {
            if (AsksForResults)
            {
                // What the chain resumes from is needed at once: so the tile below is asked for.
                TileKernels.Prefetch<TTile>(Start > 0 ? c + (TTile.Height * Stride) : c, Stride);
            }

            Chain<TTile>(left, right, c, Stride);
            Finish<TLanes, TVector, TActivation, TTile>(c, Stride, bias, activation);
            return;
        }

        RunEdge<TLanes, TVector, TActivation, TTile>(row, column, left, activation);
    }

    /// <summary>A tile that reaches over the matrix's edge is computed in the scratch tile.</summary>
    private void RunEdge<TLanes, TVector, TActivation, TTile>(
        int row, int column, Panel left, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
        where TTile : struct, ITile
    {
        var c = C + (row * Stride) + column;
        var right = Right.At(column, TTile.Width);
        var rows = Math.Min(TTile.Height, Rows - row);
        var columns = Math.Min(TTile.Width, Columns - column);
        if (Start > 0)
        {
            TileKernels.CopyPart(c, Stride, Scratch, TTile.Width, rows, columns);
        }

        Chain<TTile>(left, right, Scratch, TTile.Width);
        var bias = Scratch + (TTile.Height * TTile.Width);
        if (Bias != null)
        {
            TileKernels.CopyPart(Bias + column, 0, bias, 0, 1, columns);
        }

        Finish<TLanes, TVector, TActivation, TTile>(Scratch, TTile.Width, Bias == null ? null : bias, activation);
        TileKernels.CopyPart(Scratch, TTile.Width, c, Stride, rows, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Chain<TTile>(Panel left, Panel right, float* c, nint stride)
        where TTile : struct, ITile
    {
        if (left.Step == 1)
        {
            TileKernels.ChainAcross<TTile>(Depth, left.Data, LeftStride, right, c, stride, Start > 0);
        }
        else if (Packed.Rows > 0)
        {
            TileKernels.ChainPacking<TTile>(Depth, left, right, c, stride, Start > 0, ref Packed);
        }
        else if (Asked.Rows > 0)
        {
            TileKernels.ChainAsking<TTile>(Depth, left, right, c, stride, Start > 0, Asked);
            Asked.Advance();
        }
        else
        {
            TileKernels.Chain<TTile>(Depth, left, right, c, stride, Start > 0);
        }
    }

    private readonly void Finish<TLanes, TVector, TActivation, TTile>(
        float* c, nint stride, float* bias, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
        where TTile : struct, ITile
    {
        if (IsLast && (bias != null || typeof(TActivation) != typeof(Identity)))
        {
            TileKernels.Finish<TLanes, TVector, TActivation>(
                c, stride, TTile.Height, TTile.Width, bias, activation);
        }
    }

    /// <summary>Tiles of one left panel.</summary>
    private readonly ref struct TileWork<TLanes, TVector, TActivation>(
        ref ProductBlock block, int row, Panel left, TActivation activation) : ITileWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        private readonly ref ProductBlock _block = ref block;

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile
        {
            for (var j = first; j < end; j += TTile.Width)
            {
                _block.RunTile<TLanes, TVector, TActivation, TTile>(row, j, left, activation);
            }
        }
    }

    /// <summary>Panels of the same height with one tile for all the columns.</summary>
    private readonly ref struct PanelWork<TLanes, TVector, TActivation>(
        ref ProductBlock block, int from, int end, MatrixView a, TActivation activation) : ITileWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        private readonly ref ProductBlock _block = ref block;

        public void Run<TTile>(int first, int columns)
            where TTile : struct, ITile
        {
            for (var panel = from; panel < end; panel++)
            {
                var left = _block.TakeLeft<TLanes, TVector>(a, panel);
                _block.RunTile<TLanes, TVector, TActivation, TTile>(
                    _block.Panels.FirstRow(panel), first, left, activation);
            }

            if (end == _block.Panels.Count)
            {
                _block.Packed.PackRest<TTile>();
            }
        }
    }
}
