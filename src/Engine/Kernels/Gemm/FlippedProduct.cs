using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>c = a · b with few rows of a and a transposed b, computed the other way round: cᵀ = bᵀ · aᵀ.</summary>
/// <remarks>
/// So the large factor, whose rows lie in memory one after the other, is read where it lies, and only the small one is
/// packed. Each tile of cᵀ is turned when it is stored. The chains are the same, so the bits are.
/// </remarks>
internal static unsafe class FlippedProduct
{
    /// <summary>Rows of a tile with those that a vector reads behind it.</summary>
    private const int TileRows = 16;

    /// <summary>With more rows than this, packing the large factor costs little.</summary>
    private const int RowsMax = 64;

    /// <summary>The least steps of a chain for each row.</summary>
    private const int ChainPerRow = 4;

    /// <summary>
    /// Whether it pays: where at most half a vector of each tile is left empty, and chains are so long that turning
    /// their results costs little.
    /// </summary>
    internal static bool Suits<TLanes, TVector>(int m, int n, int k, MatrixView a, MatrixView b)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        b.Transposed && !a.Transposed && m <= RowsMax && n >= m && k >= ChainPerRow * m
        && m > TLanes.Count / 2 && Blocking.RoundUp(m, TLanes.Count) - m <= TLanes.Count / 2;

    /// <summary>How many floats of workspace are needed; enough for every smaller m, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int k)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        (2 * TileFloats<TLanes, TVector>())
        + LeftFloats<TLanes, TVector>(k)
        + (Blocking.RoundUp(Math.Min(m, RowsMax), TLanes.Count) * k) + AlignedBuffer.LineFloats;

    internal static void Run<TLanes, TVector>(
        int m, int n, int k, MatrixView a, MatrixView b, float* c, nint stride, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var left = workspace + (2 * TileFloats<TLanes, TVector>());
        var panels = RowPanels.Across<TLanes, TVector>(n, m, b.RowStride);
        var right = RightFactor.Prepare<TLanes, TVector>(
            a.Flipped, 0, k, 0, m, panels.Count, left + LeftFloats<TLanes, TVector>(k));
        var rows = b.Flipped;
        for (var panel = 0; panel < panels.Count; panel++)
        {
            var (row, height) = (panels.FirstRow(panel), panels.Height(panel));
            var strip = new Panel(rows.At(row, 0), 1);
            if (n - row < height)
            {
                Packing.Pack<TLanes, TVector>(rows, row, n - row, 0, k, left, height);
                strip = new Panel(left, height);
            }

            var work = new TileWork<TLanes, TVector>(k, strip, rows.RowStride, right, workspace)
            {
                To = c + row,
                Stride = stride,
                Rows = Math.Min(n - row, height),
            };
            TileShapes.Run<TLanes, TVector, TileWork<TLanes, TVector>>(height, m, ref work);
        }
    }

    private static int TileFloats<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => (TileRows + 1) * TileShapes.WidthMax<TLanes, TVector>();

    private static int LeftFloats<TLanes, TVector>(int k)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        Blocking.RoundUp((TileShapes.HeightMax<TLanes, TVector>() * k) + TLanes.Count, AlignedBuffer.LineFloats);

    /// <summary>Tiles of the turned result, of one panel of the large factor.</summary>
    private readonly struct TileWork<TLanes, TVector>(
        int k, Panel left, nint leftStride, RightFactor right, float* tile) : ITileWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        /// <summary>Where the columns go, as rows so far apart.</summary>
        internal required float* To { get; init; }

        internal required nint Stride { get; init; }

        /// <summary>Rows of the tiles that are part of the result.</summary>
        internal required int Rows { get; init; }

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile
        {
            for (var j = first; j < end; j += TTile.Width)
            {
                RunTile<TTile>(j);
                Turn(TTile.Height, TTile.Width, To + (j * Stride), Math.Min(end - j, TTile.Width));
            }
        }

        private void RunTile<TTile>(int column)
            where TTile : struct, ITile
        {
            var panel = right.At(column, TTile.Width);
            if (left.Step == 1)
            {
                TileKernels.ChainAcross<TTile>(k, left.Data, leftStride, panel, tile, TTile.Width, resume: false);
            }
            else
            {
                TileKernels.Chain<TTile>(k, left, panel, tile, TTile.Width, resume: false);
            }
        }

        /// <summary>Writes columns of the tile as rows of the result.</summary>
        private void Turn(int height, int width, float* to, int columns)
        {
            var turned = tile + TileFloats<TLanes, TVector>();
            Transposition.Pack<TLanes, TVector>(tile, width, TileRows, width, turned, height);
            if (Rows < height)
            {
                TileKernels.CopyPart(turned, height, to, Stride, columns, Rows);
            }
            else if (height >= 8)
            {
                Copy<Lanes256, Vector256<float>>(height, turned, to, Stride, columns);
            }
            else
            {
                Copy<Lanes128, Vector128<float>>(height, turned, to, Stride, columns);
            }
        }
    }

    /// <summary>Copies rows of one to two vectors.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void Copy<TLanes, TVector>(int width, float* from, float* to, nint stride, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var last = width - TLanes.Count;
        for (; rows > 0; rows--)
        {
            TLanes.Store(TLanes.Load(from), to);
            TLanes.Store(TLanes.Load(from + last), to + last);
            from += width;
            to += stride;
        }
    }
}
