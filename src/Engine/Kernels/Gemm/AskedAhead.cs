namespace Distributed.Engine.Kernels.Gemm;

/// <summary>The next panel of a right factor whose columns are rows of memory: tiles of the panel before it ask for it,
/// so that it is near when it is packed.</summary>
/// <remarks>
/// Each tile asks for some of the rows, a strip of 32 floats every 32 steps. It is only advice: what is not asked for,
/// or lies outside the matrix, is fetched later, or not used.
/// </remarks>
internal unsafe struct AskedAhead
{
    /// <summary>Steps of a tile between strips, and floats of each row of a strip.</summary>
    internal const int StripSteps = 32;

    private int _tiles;

    /// <summary>The columns of a right factor from (start, column), for so many tiles.</summary>
    internal AskedAhead(MatrixView b, int start, int column, int width, int tiles)
    {
        Rows = (width + tiles - 1) / tiles;
        _tiles = (width + Rows - 1) / Rows;
        Data = b.At(start, column);
        RowStride = b.RowStride;
    }

    /// <summary>Where the tile's first strip begins.</summary>
    internal float* Data { get; private set; }

    /// <summary>Floats between rows.</summary>
    internal nint RowStride { get; }

    /// <summary>Rows of the tile's strips; 0 when all has been asked for.</summary>
    internal int Rows { get; private set; }

    /// <summary>Goes on to the next tile.</summary>
    internal void Advance()
    {
        Data += Rows * RowStride;
        if (--_tiles == 0)
        {
            Rows = 0;
        }
    }
}
