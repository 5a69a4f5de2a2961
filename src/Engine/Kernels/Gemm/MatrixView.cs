using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// A matrix in row-major memory: element (i, j) is Data[i · RowStride + j]; where Transposed, the matrix is the
/// transpose of what lies in memory, so element (i, j) is Data[j · RowStride + i].
/// </summary>
/// <remarks>Units: RowStride counts floats. Data may have any alignment of a float.</remarks>
internal readonly unsafe struct MatrixView(float* data, int rowStride, bool transposed)
{
    internal float* Data { get; } = data;

    internal int RowStride { get; } = rowStride;

    internal bool Transposed { get; } = transposed;

    /// <summary>The same memory, read the other way.</summary>
    internal MatrixView Flipped => new(Data, RowStride, !Transposed);

    /// <summary>Where element (i, j) lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* At(int i, int j) =>
        Transposed ? Data + ((nint)j * RowStride) + i : Data + ((nint)i * RowStride) + j;
}
