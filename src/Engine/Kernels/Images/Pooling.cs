namespace Distributed.Engine.Kernels.Images;

/// <summary>Windows of an image seen as one value each: the largest, or the mean.</summary>
/// <remarks>
/// Shapes: x [images, height, width], y [images, rows, columns]. Taps outside the image do not count for the largest,
/// and count as 0 for the mean. One path: a window has few taps, and the chosen one decides where to read next.
/// </remarks>
internal static unsafe class Pooling
{
    /// <summary>y = the value where x is largest in the window, the first of equals; NaN is larger than all.</summary>
    internal static void Pick(in WindowGrid grid, int images, float* x, float* values, float* y)
    {
        for (var image = 0; image < images; image++, x += grid.ImagePixels, values += grid.ImagePixels)
        {
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    *y++ = values[Largest(grid, x, row, column)];
                }
            }
        }
    }

    /// <summary>dx = Σ of the dy of those windows whose largest x lies there, a chain of additions from +0.</summary>
    internal static void Spread(in WindowGrid grid, int images, float* x, float* dy, float* dx)
    {
        for (var image = 0; image < images; image++, x += grid.ImagePixels, dx += grid.ImagePixels)
        {
            new Span<float>(dx, grid.ImagePixels).Clear();
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    dx[Largest(grid, x, row, column)] += *dy++;
                }
            }
        }
    }

    /// <summary>y = the sum of a window, a chain of additions from +0 over its taps, divided by their number.</summary>
    internal static void Average(in WindowGrid grid, int images, float* x, float* y)
    {
        for (var image = 0; image < images; image++, x += grid.ImagePixels)
        {
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    var sum = 0f;
                    var (top, bottom, left, right) = Clip(grid, row, column);
                    for (var i = top; i < bottom; i++)
                    {
                        for (var j = left; j < right; j++)
                        {
                            sum += x[(i * grid.Width) + j];
                        }
                    }

                    *y++ = sum / grid.Taps;
                }
            }
        }
    }

    /// <summary>dx = Σ of dy / taps over the windows that a pixel lies in, a chain of additions from +0.</summary>
    internal static void AverageGradient(in WindowGrid grid, int images, float* dy, float* dx)
    {
        for (var image = 0; image < images; image++, dx += grid.ImagePixels)
        {
            new Span<float>(dx, grid.ImagePixels).Clear();
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    var share = *dy++ / grid.Taps;
                    var (top, bottom, left, right) = Clip(grid, row, column);
                    for (var i = top; i < bottom; i++)
                    {
                        for (var j = left; j < right; j++)
                        {
                            dx[(i * grid.Width) + j] += share;
                        }
                    }
                }
            }
        }
    }

    /// <summary>The place in the image of a window's largest value.</summary>
    private static int Largest(in WindowGrid grid, float* x, int row, int column)
    {
        var (top, bottom, left, right) = Clip(grid, row, column);
        var place = (top * grid.Width) + left;
        var largest = x[place];
        for (var i = top; i < bottom; i++)
        {
            for (var at = (i * grid.Width) + left; at < (i * grid.Width) + right; at++)
            {
                if (!(x[at] <= largest) && !float.IsNaN(largest))
                {
                    (place, largest) = (at, x[at]);
                }
            }
        }

        return place;
    }

    /// <summary>The part of a window that lies inside the image, in pixels.</summary>
    private static (int Top, int Bottom, int Left, int Right) Clip(in WindowGrid grid, int row, int column)
    {
        var (top, left) = (grid.Look(row, 0), grid.Look(column, 0));
        return (Math.Max(top, 0), Math.Min(top + grid.WindowHeight, grid.Height),
            Math.Max(left, 0), Math.Min(left + grid.WindowWidth, grid.Width));
    }
}
