using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>c = activation(a · b + bias).</summary>
/// <remarks>
/// Shapes: a [m, k], b [k, n], c [m, n] with rows cRowStride apart, bias [n] or null for none; nothing overlaps c.
/// Per element: one chain of fused multiply-adds over ascending k from +0, then the bias, then the activation. Blocks
/// and tiles only reorder work between elements, so all paths give the bits of <see cref="MatrixProductDefinition"/>.
/// The workspace is 64-byte aligned, the other operands may have any alignment of a float.
/// </remarks>
internal static unsafe class MatrixProduct
{
    /// <summary>Shorter chains do not repay the work that each panel of the right factor takes.</summary>
    private const int TogetherDepthMax = 128;

    /// <summary>How many floats of workspace a product needs; enough for every smaller m, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int n, int k)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var depth = Blocking.Even(k, Blocking.DepthMax);
        var columns = Blocking.Columns<TLanes, TVector>(n, depth);
        var blocks = ProductBlock.ScratchFloats<TLanes, TVector>()
            + LeftFloats<TLanes, TVector>(m, depth, n <= TileShapes.WidthMax<TLanes, TVector>())
            + (depth * Blocking.RoundUp(columns, TileShapes.WidthMax<TLanes, TVector>()))
            + AlignedBuffer.LineFloats;
        return Math.Max(blocks, FlippedProduct.WorkspaceFloats<TLanes, TVector>(m, k));
    }

    internal static void Run<TLanes, TVector, TActivation>(
        int m,
        int n,
        int k,
        MatrixView a,
        MatrixView b,
        float* c,
        int cRowStride,
        float* bias,
        TActivation activation,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        if (TLanes.Count == 1 || m <= 0 || n <= 0 || k <= 0)
        {
            MatrixProductDefinition.Run(m, n, k, a, b, c, cRowStride, bias, activation);
            return;
        }

        if (bias == null && typeof(TActivation) == typeof(Identity)
            && FlippedProduct.Suits<TLanes, TVector>(m, n, k, a, b))
        {
            FlippedProduct.Run<TLanes, TVector>(m, n, k, a, b, c, cRowStride, workspace);
            return;
        }

        var depth = Blocking.Even(k, Blocking.DepthMax);
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        var rows = Math.Min(m, Blocking.RoundUp(
            Blocking.Even(m, Blocking.RowsMax), TileShapes.Heights<TLanes, TVector>(n).Tall));
        var readers = Blocking.WidePanels<TLanes, TVector>(n);
        var isAcross = !a.Transposed
            && Blocking.ReadsAcross(a.RowStride, readers, isFew: b.Transposed || TLanes.Count == 8);
        var block = new ProductBlock
        {
            Scratch = workspace,
            Left = workspace + ProductBlock.ScratchFloats<TLanes, TVector>(),
            C = c,
            Bias = bias,
            Stride = cRowStride,
            LeftIsInPlace = isAcross || (a.Transposed && Blocking.ReadsInPlace(a.RowStride, readers)),
            LeftStride = a.RowStride,
            AsksForResults = Blocking.AsksForResults(m, n, depth),
        };
        var room = block.Left + LeftFloats<TLanes, TVector>(m, depth, n <= wide);
        for (var i = 0; i < m; i += rows)
        {
            block.FirstRow = i;
            block.Rows = Math.Min(rows, m - i);
            block.Panels = isAcross
                ? RowPanels.Across<TLanes, TVector>(block.Rows, n, a.RowStride)
                : RowPanels.Of<TLanes, TVector>(block.Rows, n);
            for (var p = 0; p < k; p += depth)
            {
                block.Start = p;
                block.Depth = Math.Min(depth, k - p);
                block.IsLast = p + depth >= k;
                RunColumns<TLanes, TVector, TActivation>(block, n, depth, a, b, activation, room);
            }
        }
    }

    /// <summary>
    /// All the columns of some rows: many together where the right factor is read in place, so that results are written
    /// in the order of memory, or where chains are short; else a panel at a time, which goes from its packing to the
    /// tiles while it is near.
    /// </summary>
    private static void RunColumns<TLanes, TVector, TActivation>(
        ProductBlock block, int n, int depthMax, MatrixView a, MatrixView b, TActivation activation, float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        var (c, bias, uses) = ((nint)block.C, (nint)block.Bias, block.Panels.Count);
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        var isTogether = depthMax < TogetherDepthMax || RightFactor.IsInPlace<TLanes, TVector>(b, depthMax, uses);
        var columns = isTogether ? Blocking.Columns<TLanes, TVector>(n, depthMax) : wide;
        block.KeepLeft = columns < n;
        var (here, there, isPacked) = ((nint)room, (nint)(room + (wide * depthMax)), false);
        for (var j = 0; j < n; j += columns)
        {
            block.FirstColumn = j;
            block.Columns = Math.Min(columns, n - j);
            block.C = (float*)c + ((nint)block.FirstRow * block.Stride) + j;
            block.Bias = bias == 0 ? null : (float*)bias + j;
            block.Right = isPacked
                ? RightFactor.OfPanel((float*)here, block.Columns, block.Depth)
                : RightFactor.Prepare<TLanes, TVector>(
                    b, block.Start, block.Depth, j, block.Columns, uses, (float*)here);
            var next = j + columns;
            isPacked = !isTogether && !b.Transposed && n - next >= wide;
            block.Packed = isPacked
                ? new PackedAhead(b, block.Start, block.Depth, next, uses, (float*)there)
                : default;
            block.Asked = !isTogether && b.Transposed && next < n
                ? new AskedAhead(b, block.Start, next, Math.Min(wide, n - next), uses)
                : default;
            block.Run<TLanes, TVector, TActivation>(a, activation);
            (here, there) = isPacked ? (there, here) : (here, there);
        }
    }

    /// <summary>Room for the packed left factor: one panel where each is used but once, else a whole block.</summary>
    private static int LeftFloats<TLanes, TVector>(int m, int depth, bool onePanel)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var tall = TileShapes.HeightMax<TLanes, TVector>();
        var rows = onePanel ? tall : Math.Min(m, Blocking.RowsMax) + (2 * tall);
        return Blocking.RoundUp((rows * depth) + TLanes.Count, AlignedBuffer.LineFloats);
    }
}
