using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Rows of a table by index, and the sums of what comes back to them.</summary>
/// <remarks>Shapes: indices [samples, perSample], table [count, width], rows [samples, perSample, width].</remarks>
internal static unsafe class TableRows
{
    /// <summary>Copies rows; an index that is no row's gives NaN.</summary>
    internal static void Read(float* indices, int total, float* table, int count, int width, float* rows)
    {
        for (var i = 0; i < total; i++)
        {
            var row = new Span<float>(rows + ((nint)i * width), width);
            if (RowOf(indices[i], count) is var index and >= 0)
            {
                new Span<float>(table + ((nint)index * width), width).CopyTo(row);
            }
            else
            {
                row.Fill(float.NaN);
            }
        }
    }

    /// <summary>The gradient to the table: per micro-batch chains of additions from +0, then the tree.</summary>
    internal static void AddUp<TLanes, TVector>(
        float* indices, int perSample, in MicrobatchRange range, float* rows, int count, int width, float* pieces,
        int pieceStride, float* waiting)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var part = new Part<TLanes, TVector>
        {
            Indices = indices,
            PerSample = perSample,
            Rows = rows,
            Count = count,
            Width = width,
        };
        MicrobatchTree.Run<TLanes, TVector, Part<TLanes, TVector>>(
            part, count * width, range, 0, range.Samples, pieces, pieceStride, waiting);
    }

    private static int RowOf(float index, int count) =>
        index >= 0 && index < count && index == MathF.Floor(index) ? (int)index : -1;

    private struct Part<TLanes, TVector> : ISampleSum
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        internal float* Indices;
        internal int PerSample;
        internal float* Rows;
        internal int Count;
        internal int Width;

        public readonly void Add(nint first, int samples, bool begins, bool ends, float* sum)
        {
            if (begins)
            {
                new Span<float>(sum, Count * Width).Clear();
            }

            for (var i = first * PerSample; i < (first + samples) * PerSample; i++)
            {
                if (RowOf(Indices[i], Count) is var row and >= 0)
                {
                    var to = sum + ((nint)row * Width);
                    ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, to, Rows + (i * Width), to, Width);
                }
            }
        }
    }
}
