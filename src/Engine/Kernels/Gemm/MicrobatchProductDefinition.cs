using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>What every path of <see cref="MicrobatchProduct"/> equals bit for bit.</summary>
internal static unsafe class MicrobatchProductDefinition
{
    internal static void Run(
        int m,
        int n,
        MicrobatchRange range,
        int rowsPerSample,
        float* x,
        int xRowStride,
        float* dy,
        int dyRowStride,
        float* pieces,
        int pieceStride)
    {
        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        var count = CanonicalTree.Pieces(range.First, range.Count, blocks);
        for (var piece = 0; piece < count; piece++)
        {
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    var element = new Element(range, rowsPerSample, x + i, xRowStride, dy + j, dyRowStride);
                    pieces[((nint)piece * pieceStride) + ((nint)i * n) + j] =
                        element.Node(blocks[piece].First - range.First, blocks[piece].Size);
                }
            }
        }
    }

    /// <summary>One element of the gradient: a column of x and a column of dy over the rows of a range.</summary>
    private readonly struct Element(
        MicrobatchRange range, int rowsPerSample, float* x, int xRowStride, float* dy, int dyRowStride)
    {
        /// <summary>The sum over size micro-batches from the given one, counted from the range's first.</summary>
        internal float Node(int first, int size) =>
            size == 1 ? Leaf(first) : Node(first, size / 2) + Node(first + (size / 2), size / 2);

        private float Leaf(int microbatch)
        {
            var row = microbatch * range.Size * rowsPerSample;
            var end = row + (range.SamplesIn(microbatch) * rowsPerSample);
            var sum = 0f;
            for (; row < end; row++)
            {
                sum = MathF.FusedMultiplyAdd(x[(nint)row * xRowStride], dy[(nint)row * dyRowStride], sum);
            }

            return sum;
        }
    }
}
