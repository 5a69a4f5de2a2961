namespace Distributed.Engine.Pictures;

/// <summary>Where a function is 0, as short straight lines: marching squares.</summary>
internal static class Contours
{
    /// <summary>The pieces of the curve in a rectangle cut into cells × cells, each crossed at most twice.</summary>
    internal static IEnumerable<((double X, double Y) From, (double X, double Y) To)> Trace(
        Func<double, double, double> function, double xLow, double xHigh, double yLow, double yHigh, int cells)
    {
        var (width, height) = ((xHigh - xLow) / cells, (yHigh - yLow) / cells);
        for (var row = 0; row < cells; row++)
        {
            for (var column = 0; column < cells; column++)
            {
                var (x, y) = (xLow + (column * width), yLow + (row * height));
                (double X, double Y)[] corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
                var values = Array.ConvertAll(corners, corner => function(corner.X, corner.Y));
                var crossings = Enumerable.Range(0, 4).Where(i => values[i] < 0 != values[(i + 1) % 4] < 0)
                    .Select(i => Between(corners[i], values[i], corners[(i + 1) % 4], values[(i + 1) % 4])).ToList();
                for (var i = 0; i + 1 < crossings.Count; i += 2)
                {
                    yield return (crossings[i], crossings[i + 1]);
                }
            }
        }
    }

    private static (double X, double Y) Between((double X, double Y) a, double atA, (double X, double Y) b, double atB)
    {
        var share = atA / (atA - atB);
        return (a.X + (share * (b.X - a.X)), a.Y + (share * (b.Y - a.Y)));
    }
}
