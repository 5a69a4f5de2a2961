using System.Numerics;

namespace Distributed.Engine.Transforms;

/// <summary>
/// The discrete Fourier transform X_k = Σ x_j·e^(−2πi·jk/n), fast, in double precision, for any length.
/// </summary>
/// <remarks>
/// Powers of two by Cooley and Tukey's butterflies; other lengths by Bluestein's convolution, padded to a power of two.
/// The inverse divides by n. Only + − ×, and roots of unity from their own series: the same bits on every machine.
/// Source: Cooley and Tukey 1965; Bluestein 1970.
/// </remarks>
public static class Fourier
{
    /// <summary>The transform of n values; empty for none.</summary>
    public static Complex[] Forward(ReadOnlySpan<Complex> values) => Transform(values, inverse: false);

    /// <summary>The values whose transform this is.</summary>
    public static Complex[] Inverse(ReadOnlySpan<Complex> spectrum)
    {
        var values = Transform(spectrum, inverse: true);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] /= values.Length;
        }

        return values;
    }

    /// <summary>The transform of n real values: entries 0 … n/2, as the rest are their conjugates in reverse.</summary>
    public static Complex[] ForwardReal(ReadOnlySpan<double> values)
    {
        var complex = new Complex[values.Length];
        for (var i = 0; i < complex.Length; i++)
        {
            complex[i] = values[i];
        }

        return complex.Length == 0 ? [] : Forward(complex)[..((complex.Length / 2) + 1)];
    }

    /// <summary>The n real values whose <see cref="ForwardReal"/> this is.</summary>
    /// <remarks>Shapes: spectrum is [n/2 + 1]. Errors: ArgumentException for another length.</remarks>
    public static double[] InverseReal(ReadOnlySpan<Complex> spectrum, int n)
    {
        if (spectrum.Length != (n == 0 ? 0 : (n / 2) + 1))
        {
            throw new ArgumentException($"fourier: {spectrum.Length} entries for {n} real values: needs {(n / 2) + 1}");
        }

        var whole = new Complex[n];
        for (var k = 0; k < n; k++)
        {
            whole[k] = k <= n / 2 ? spectrum[k] : Complex.Conjugate(spectrum[n - k]);
        }

        return Array.ConvertAll(Inverse(whole), value => value.Real);
    }

    /// <summary>The transform along both dimensions.</summary>
    public static Complex[,] Forward(Complex[,] values) => AlongBoth(values, inverse: false);

    /// <summary>The values whose transform along both dimensions this is.</summary>
    public static Complex[,] Inverse(Complex[,] spectrum)
    {
        var values = AlongBoth(spectrum, inverse: true);
        for (var i = 0; i < values.Length; i++)
        {
            values[i / values.GetLength(1), i % values.GetLength(1)] /= values.Length;
        }

        return values;
    }

    private static Complex[,] AlongBoth(Complex[,] values, bool inverse)
    {
        var (rows, columns) = (values.GetLength(0), values.GetLength(1));
        var result = (Complex[,])values.Clone();
        var roots = Roots(columns, inverse);
        var row = new Complex[columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                row[c] = result[r, c];
            }

            var transformed = Transform(row, roots, inverse);
            for (var c = 0; c < columns; c++)
            {
                result[r, c] = transformed[c];
            }
        }

        roots = Roots(rows, inverse);
        var column = new Complex[rows];
        for (var c = 0; c < columns; c++)
        {
            for (var r = 0; r < rows; r++)
            {
                column[r] = result[r, c];
            }

            var transformed = Transform(column, roots, inverse);
            for (var r = 0; r < rows; r++)
            {
                result[r, c] = transformed[r];
            }
        }

        return result;
    }

    private static Complex[] Transform(ReadOnlySpan<Complex> values, bool inverse) =>
        Transform(values, Roots(values.Length, inverse), inverse);

    /// <summary>Without the division by n. The roots are those of n, and of no use where n is no power of 2.</summary>
    private static Complex[] Transform(ReadOnlySpan<Complex> values, Complex[] roots, bool inverse)
    {
        if (!BitOperations.IsPow2(values.Length) && values.Length > 0)
        {
            return Bluestein(values, inverse);
        }

        var result = values.ToArray();
        Butterflies(result, roots);
        return result;
    }

    /// <summary>e^(∓2πi·k/n) for k below n/2, where n is a power of two.</summary>
    private static Complex[] Roots(int n, bool inverse)
    {
        var roots = new Complex[BitOperations.IsPow2(n) ? n / 2 : 0];
        for (var k = 0; k < roots.Length; k++)
        {
            roots[k] = Root(k, n, inverse);
        }

        return roots;
    }

    private static void Butterflies(Complex[] values, Complex[] roots)
    {
        var n = values.Length;
        for (int i = 1, reversed = 0; i < n; i++)
        {
            var bit = n >> 1;
            for (; (reversed & bit) != 0; bit >>= 1)
            {
                reversed ^= bit;
            }

            reversed |= bit;
            if (i < reversed)
            {
                (values[i], values[reversed]) = (values[reversed], values[i]);
            }
        }

        for (var half = 1; half < n; half *= 2)
        {
            var stride = n / (2 * half);
            for (var start = 0; start < n; start += 2 * half)
            {
                for (var k = 0; k < half; k++)
                {
                    var (even, odd) = (values[start + k], values[start + half + k] * roots[k * stride]);
                    values[start + k] = even + odd;
                    values[start + half + k] = even - odd;
                }
            }
        }
    }

    /// <summary>
    /// jk = (j² + k² − (k − j)²) / 2 makes the transform a convolution with w^(−m²/2), done at a power of two.
    /// </summary>
    private static Complex[] Bluestein(ReadOnlySpan<Complex> values, bool inverse)
    {
        var n = values.Length;
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)((2 * n) - 1));
        var chirp = new Complex[n];
        var (left, right) = (new Complex[size], new Complex[size]);
        for (var k = 0; k < n; k++)
        {
            chirp[k] = Root((long)k * k % (2L * n), 2L * n, inverse);
            left[k] = values[k] * chirp[k];
            right[k] = right[(size - k) % size] = Complex.Conjugate(chirp[k]);
        }

        var roots = Roots(size, inverse: false);
        Butterflies(left, roots);
        Butterflies(right, roots);
        for (var i = 0; i < size; i++)
        {
            left[i] *= right[i];
        }

        Butterflies(left, Roots(size, inverse: true));
        var result = new Complex[n];
        for (var k = 0; k < n; k++)
        {
            result[k] = left[k] / size * chirp[k];
        }

        return result;
    }

    /// <summary>e^(∓2πi·k/n) for 0 ≤ k &lt; n.</summary>
    private static Complex Root(long k, long n, bool inverse)
    {
        // Eighths of a turn: sine and cosine of the rest, at most an eighth, from their series; the rest by symmetry.
        var eighth = 8 * k / n;
        var rest = eighth % 2 == 0 ? (8 * k) - (eighth * n) : ((eighth + 1) * n) - (8 * k);
        var (sine, cosine) = Series(Math.PI / 4 * rest / n);
        var (x, y) = eighth switch
        {
            0 => (cosine, sine),
            1 => (sine, cosine),
            2 => (-sine, cosine),
            3 => (-cosine, sine),
            4 => (-cosine, -sine),
            5 => (-sine, -cosine),
            6 => (sine, -cosine),
            _ => (cosine, -sine),
        };
        return new Complex(x, inverse ? y : -y);
    }

    /// <summary>Taylor's series to the 17th power, for angles up to π/4: the remainder is below 1e-18.</summary>
    private static (double Sine, double Cosine) Series(double angle)
    {
        var square = angle * angle;
        var (sine, cosine) = (1.0, 1.0);
        for (var i = 16; i >= 2; i -= 2)
        {
            sine = 1 - (square / (i * (i + 1)) * sine);
            cosine = 1 - (square / (i * (i - 1)) * cosine);
        }

        return (angle * sine, cosine);
    }
}
