using System.Diagnostics;
using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;
using Distributed.Engine.Transforms;

namespace Distributed.Examples;

/// <summary>
/// A convolution is a product of Fourier transforms. Directly it takes a multiplication per pixel and kernel entry; by
/// transforms the kernel's size hardly matters.
/// </summary>
public sealed class ConvolutionTheorem : IExample
{
    private const int Size = 64;

    public string Name => "convolution-theorem";

    public string Summary => "2-D convolution of an image directly and by FFT: equal, and their times";

    public void Run(Lesson lesson)
    {
        var (sizes, direct, fast, apart) = (new List<double>(), new List<double>(), new List<double>(), 0.0);
        foreach (var kernel in new[] { 1, 3, 5, 9, 15, 21, 31 })
        {
            var (image, weights) = (Draw(Size, seed: 1), Draw(kernel, seed: 2));
            var run = Direct(image, weights, out var result);
            direct.Add(Milliseconds(run.Run));
            var slow = run.Get(result).ToArray();

            var (imageInDouble, kernelInDouble) = (Square(image, Size), Square(weights, kernel));
            var spectral = FourierConvolution.Convolve(imageInDouble, kernelInDouble);
            fast.Add(Milliseconds(() => FourierConvolution.Convolve(imageInDouble, kernelInDouble)));
            sizes.Add(kernel);
            var width = Size + kernel - 1;
            apart = Math.Max(apart, slow.Select((value, i) => Math.Abs(value - spectral[i / width, i % width])).Max());
            lesson.Say($"kernel {kernel,2} × {kernel,2}: directly {direct[^1]:F3} ms, by FFT {fast[^1]:F3} ms");
        }

        lesson.Picture("convolution-theorem.svg", new Plot("Convolution of 64 × 64", "kernel's side", "milliseconds")
            .Line("directly", sizes.ToArray(), direct.ToArray())
            .Line("by FFT", sizes.ToArray(), fast.ToArray()).ToSvg());
        lesson.Check($"both are equal to 1e-5 (greatest distance {apart:G2})", apart <= 1e-5);
    }

    /// <summary>z[i + p, j + q] = Σ x[i, j]·k[p, q]: for each kernel entry the image, moved and weighted.</summary>
    private static GraphRun Direct(float[] image, float[] weights, out Tensor result)
    {
        var graph = new Graph();
        var side = (int)Math.Sqrt(weights.Length);
        var x = graph.Constant(image, Size, Size);
        result = graph.Constant(0);
        for (var i = 0; i < weights.Length; i++)
        {
            var (down, right) = (i / side, i % side);
            result += weights[i] * x.Pad(0, down, side - 1 - down).Pad(1, right, side - 1 - right);
        }

        return new GraphRun([result]);
    }

    /// <summary>The shortest of five times, after one that compiles.</summary>
    private static double Milliseconds(Action work)
    {
        work();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            work();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
    }

    private static float[] Draw(int side, ulong seed)
    {
        var values = new float[side * side];
        new UniformInitializer(-0.5f, 0.5f).Fill(seed, TensorShape.Of(side, side), 0, values);
        return values;
    }

    private static double[,] Square(float[] values, int side)
    {
        var square = new double[side, side];
        for (var i = 0; i < values.Length; i++)
        {
            square[i / side, i % side] = values[i];
        }

        return square;
    }
}
