using System.Numerics;

namespace Distributed.Engine.Transforms;

/// <summary>
/// Convolution as a product of transforms: n·log n steps instead of n·m, which pays for large kernels.
/// </summary>
/// <remarks>
/// Full convolution, z_k = Σ x_j·y_(k−j): the kernel is flipped, unlike in a convolution layer, which correlates. Both
/// sides are padded with zeros to a power of two, so nothing wraps around.
/// </remarks>
public static class FourierConvolution
{
    /// <summary>x ∗ y. Shapes: [n] and [m] give [n + m − 1]; empty where one is.</summary>
    public static double[] Convolve(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length == 0 || y.Length == 0)
        {
            return [];
        }

        var length = checked(x.Length + y.Length - 1);
        var size = PowerOfTwo(length);
        var (left, right) = (Fourier.Forward(Padded(x, size)), Fourier.Forward(Padded(y, size)));
        for (var i = 0; i < size; i++)
        {
            left[i] *= right[i];
        }

        return Array.ConvertAll(Fourier.Inverse(left)[..length], value => value.Real);
    }

    /// <summary>x ∗ y along both dimensions. Shapes: [h, w] and [p, q] give [h + p − 1, w + q − 1].</summary>
    /// <remarks>Errors: ArgumentException for an empty side.</remarks>
    public static double[,] Convolve(double[,] x, double[,] y)
    {
        if (x.Length == 0 || y.Length == 0)
        {
            throw new ArgumentException("convolution: an image or a kernel is empty; give each at least one value");
        }

        var (height, width) = (x.GetLength(0) + y.GetLength(0) - 1, x.GetLength(1) + y.GetLength(1) - 1);
        var (rows, columns) = (PowerOfTwo(height), PowerOfTwo(width));
        var left = Fourier.Forward(Padded(x, rows, columns));
        var right = Fourier.Forward(Padded(y, rows, columns));
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                left[r, c] *= right[r, c];
            }
        }

        var whole = Fourier.Inverse(left);
        var result = new double[height, width];
        for (var r = 0; r < height; r++)
        {
            for (var c = 0; c < width; c++)
            {
                result[r, c] = whole[r, c].Real;
            }
        }

        return result;
    }

    private static int PowerOfTwo(int length) => checked((int)BitOperations.RoundUpToPowerOf2((uint)length));

    private static Complex[] Padded(ReadOnlySpan<double> values, int size)
    {
        var padded = new Complex[size];
        for (var i = 0; i < values.Length; i++)
        {
            padded[i] = values[i];
        }

        return padded;
    }

    private static Complex[,] Padded(double[,] values, int rows, int columns)
    {
        var padded = new Complex[rows, columns];
        for (var r = 0; r < values.GetLength(0); r++)
        {
            for (var c = 0; c < values.GetLength(1); c++)
            {
                padded[r, c] = values[r, c];
            }
        }

        return padded;
    }
}
