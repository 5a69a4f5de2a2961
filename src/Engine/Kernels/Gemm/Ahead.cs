namespace Distributed.Engine.Kernels.Gemm;

/// <summary>What kernels ask for while they compute, so that it is near when it is packed next.</summary>
/// <remarks>
/// A panel of the right factor is asked for by the tiles before it, each a part, in strips: one of some rows for every
/// 32 steps of a tile, as wide as the panel, or 32 floats where the panel's columns are the rows of memory. It is only
/// advice: what is not asked for, or lies outside the matrix, is fetched later, or not used.
/// </remarks>
internal readonly unsafe struct Ahead
{
    /// <summary>Steps of a tile between strips.</summary>
    internal const int StripSteps = 32;

    private readonly int _parts;
    private readonly nint _part;

    private Ahead(float* data, nint rowStride, int rows, int columns, nint step, int parts, nint part)
    {
        Data = data;
        (RowStride, Rows, Columns, Step) = (rowStride, rows, columns, step);
        (_parts, _part) = (parts, part);
    }

    /// <summary>Where the first strip begins.</summary>
    internal float* Data { get; }

    /// <summary>Floats between rows.</summary>
    internal nint RowStride { get; }

    /// <summary>Rows of a strip; 0 for none.</summary>
    internal int Rows { get; }

    /// <summary>Floats of each row of a strip.</summary>
    internal int Columns { get; }

    /// <summary>Floats from one strip to the next.</summary>
    internal nint Step { get; }

    /// <summary>The elements [depth, width] of a right factor from (start, column), dealt out to tiles.</summary>
    internal static Ahead Of(MatrixView b, int start, int depth, int column, int width, int tiles)
    {
        // Across, all rows of a strip are as far apart as those of the matrix; along, so are strips.
        var rows = ((b.Transposed ? width : StripSteps) + tiles - 1) / tiles;
        nint stride = b.RowStride;
        return b.Transposed
            ? new Ahead(
                b.At(start, column), stride, rows, StripSteps, StripSteps, (width + rows - 1) / rows, rows * stride)
            : new Ahead(
                b.At(start, column), stride, rows, width, rows * stride, (StripSteps + rows - 1) / rows,
                rows * (nint)(depth / StripSteps) * stride);
    }

    /// <summary>The part of a tile, counted from 0.</summary>
    internal Ahead Part(int tile) =>
        tile < _parts ? new Ahead(Data + (tile * _part), RowStride, Rows, Columns, Step, _parts, _part) : default;
}
