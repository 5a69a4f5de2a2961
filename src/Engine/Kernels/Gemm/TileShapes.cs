using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>What is done with tiles side by side, of whatever shape.</summary>
internal interface ITileWork
{
    /// <summary>Tiles that cover the columns from first on, end not included.</summary>
    public void Run<TTile>(int first, int end)
        where TTile : struct, ITile;
}

/// <summary>Which shape the register tiles of a product have, from its columns.</summary>
/// <remarks>
/// Each step of a tile loads a line of the right factor and broadcasts a line of the left one. These are fewest, for
/// the same multiply-adds, where a tile is about as high as wide: 6 rows of 4 vectors or 8 of 3 fill 32 registers. A
/// product of no more than two vectors of columns takes tall tiles, 14 rows. With 16 registers, tiles are 6 rows
/// of 2 vectors. Vectors of 128 bits are so narrow that tall tiles of 2 are kept. Each shape has a lower one for the
/// last rows. No shape changes a bit of any result.
/// </remarks>
internal static class TileShapes
{
    /// <summary>The most columns that a tile has.</summary>
    internal static int WidthMax<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => VectorsMax<TLanes, TVector>() * TLanes.Count;

    /// <summary>The most rows that a tile has.</summary>
    internal static int HeightMax<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => TLanes.Count == 8 ? 6 : 14;

    /// <summary>The most floats that a tile has.</summary>
    internal static int FloatsMax<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => HeightMax<TLanes, TVector>() * 2 * TLanes.Count;

    /// <summary>Rows of the tiles, tall and short, of a product of so many columns.</summary>
    internal static (int Tall, int Short) Heights<TLanes, TVector>(int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => (TLanes.Count, Vectors<TLanes, TVector>(columns)) switch
        {
            (8, _) or (_, 4) => (6, 4),
            (_, 3) => (8, 4),
            _ => (14, 8),
        };

    /// <summary>
    /// Columns of the stripes that few columns are best cut into, each with tiles of its own: three vectors where four
    /// would leave one or two, whose steps do too little for what they load, and three do not leave one.
    /// </summary>
    internal static int Stripe<TLanes, TVector>(int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var vectors = (columns + TLanes.Count - 1) / TLanes.Count;
        var max = VectorsMax<TLanes, TVector>();
        var isByThree = max == 4 && vectors > 4 && vectors % 4 is 1 or 2 && vectors % 3 != 1;
        return TLanes.Count * (isByThree ? 3 : Math.Min(max, vectors));
    }

    /// <summary>Vectors across the next tile, where so many columns are left.</summary>
    internal static int Vectors<TLanes, TVector>(int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        Math.Min(VectorsMax<TLanes, TVector>(), (columns + TLanes.Count - 1) / TLanes.Count);

    /// <summary>
    /// How long a step of a tile takes, in vector multiply-adds of a core that does two in a cycle: as long as these,
    /// as loading its lines, or as four cycles, after which a sum may be added to again.
    /// </summary>
    internal static int StepTime(int height, int vectors) => Math.Max(Math.Max(height * vectors, height + vectors), 8);

    /// <summary>
    /// Does the work for so many columns with tiles of such a height: the widest ones, then one for the rest. It comes
    /// by reference, and is not changed: as an input, each call would copy it, which short tiles would feel.
    /// </summary>
    internal static void Run<TLanes, TVector, TWork>(int height, int columns, scoped ref TWork work)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TWork : struct, ITileWork, allows ref struct
    {
        var rest = columns % WidthMax<TLanes, TVector>();
        if (rest < columns)
        {
            Run<TLanes, TVector, TWork>(height, VectorsMax<TLanes, TVector>(), 0, columns - rest, ref work);
        }

        if (rest > 0)
        {
            Run<TLanes, TVector, TWork>(height, Vectors<TLanes, TVector>(rest), columns - rest, columns, ref work);
        }
    }

    private static int VectorsMax<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => TLanes.Count == 16 ? 4 : 2;

    private static void Run<TLanes, TVector, TWork>(int height, int vectors, int first, int end, scoped ref TWork work)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TWork : struct, ITileWork, allows ref struct
    {
        switch (vectors)
        {
            case 1:
                Run<NarrowRow<TLanes, TVector>, TWork>(height, first, end, ref work);
                break;
            case 2:
                Run<WideRow<TLanes, TVector>, TWork>(height, first, end, ref work);
                break;
            case 3:
                Run<TripleRow<TLanes, TVector>, TWork>(height, first, end, ref work);
                break;
            default:
                Run<QuadRow<TLanes, TVector>, TWork>(height, first, end, ref work);
                break;
        }
    }

    private static void Run<TRow, TWork>(int height, int first, int end, scoped ref TWork work)
        where TRow : struct, ITileRow<TRow>
        where TWork : struct, ITileWork, allows ref struct
    {
        switch (height)
        {
            case 14:
                work.Run<Tile14<TRow>>(first, end);
                break;
            case 8:
                work.Run<Tile8<TRow>>(first, end);
                break;
            case 6:
                work.Run<Tile6<TRow>>(first, end);
                break;
            default:
                work.Run<Tile4<TRow>>(first, end);
                break;
        }
    }
}
