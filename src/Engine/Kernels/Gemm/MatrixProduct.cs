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
    /// <summary>How many floats of workspace a product needs; enough for every smaller m, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int m, int n, int k)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var depth = Blocking.Even(k, Blocking.DepthMax);
        var columns = Blocking.Columns<TLanes, TVector>(n, depth);
        return ProductBlock.ScratchFloats<TLanes, TVector>()
            + LeftFloats<TLanes, TVector>(m, depth, n <= 2 * TLanes.Count)
            + (depth * Blocking.RoundUp(columns, 2 * TLanes.Count))
            + AlignedBuffer.LineFloats;
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

        var depth = Blocking.Even(k, Blocking.DepthMax);
        var wide = 2 * TLanes.Count;
        var rows = Math.Min(m, Blocking.RoundUp(
            Blocking.Even(m, Blocking.RowsMax), RowPanels.TallHeight<TLanes, TVector>()));
        var uses = RowPanels.Of<TLanes, TVector>(rows).Count;
        var columns = RightFactor.IsInPlace(b, uses) ? Blocking.Columns<TLanes, TVector>(n, depth) : Math.Min(n, wide);
        var block = new ProductBlock
        {
            Scratch = workspace,
            Left = workspace + ProductBlock.ScratchFloats<TLanes, TVector>(),
            Stride = cRowStride,
            KeepLeft = columns < n,
            AsksForResults = Blocking.AsksForResults(m, n, depth),
            LeftIsInPlace = a.Transposed
                && Blocking.ReadsInPlace(a.RowStride, Blocking.WidePanels<TLanes, TVector>(n)),
        };
        var room = block.Left + LeftFloats<TLanes, TVector>(m, depth, n <= wide);
        for (var i = 0; i < m; i += rows)
        {
            block.Panels = RowPanels.Of<TLanes, TVector>(Math.Min(rows, m - i));
            for (var p = 0; p < k; p += depth)
            {
                block.Start = p;
                block.Depth = Math.Min(depth, k - p);
                block.IsLast = p + depth >= k;
                for (var j = 0; j < n; j += columns)
                {
                    block.FirstRow = i;
                    block.Rows = Math.Min(rows, m - i);
                    block.FirstColumn = j;
                    block.Columns = Math.Min(columns, n - j);
                    block.C = c + ((nint)i * cRowStride) + j;
                    block.Bias = bias == null ? null : bias + j;
                    block.Right = RightFactor.Prepare<TLanes, TVector>(
                        b, p, block.Depth, j, block.Columns, uses, room);
                    var next = j + columns;
                    block.Next = columns == wide && next < n
                        ? Ahead.Of(b, p, block.Depth, next, Math.Min(wide, n - next), block.Panels.Count)
                        : default;
                    block.Run<TLanes, TVector, TActivation>(a, activation);
                }
            }
        }
    }

    /// <summary>Room for the packed left factor: one panel where each is used but once, else a whole block.</summary>
    private static int LeftFloats<TLanes, TVector>(int m, int depth, bool onePanel)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var tall = RowPanels.TallHeight<TLanes, TVector>();
        var rows = onePanel ? tall : Math.Min(m, Blocking.RowsMax) + (2 * tall);
        return Blocking.RoundUp((rows * depth) + TLanes.Count, AlignedBuffer.LineFloats);
    }
}
