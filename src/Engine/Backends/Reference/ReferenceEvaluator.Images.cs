using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Backends.Reference;

/// <summary>Images: all three kinds of a convolution's sums walk the same products, and so do a pool's.</summary>
public sealed partial class ReferenceEvaluator
{
    /// <summary>One product of a convolution: indices into images, filters and results.</summary>
    private delegate void Product(int image, int filter, int result);

    public void Convolution<TActivation>(
        Instruction instruction, ConvolutionOperation convolution, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var (x, w, y) = (Copy(instruction, 0), Copy(instruction, 1), new double[Out(instruction).Length]);
        var (images, filters) = (instruction.Inputs[0].Shape, instruction.Inputs[1].Shape);
        var results = convolution.Infer([images, filters]);
        EachProduct(convolution.Window, convolution.Groups, images, results,
            (image, filter, result) => y[result] += x[image] * w[filter]);
        var positions = results.Dimensions[1] * results.Dimensions[2];
        for (var i = 0; i < y.Length; i++)
        {
            var bias = instruction.Inputs.Count > 2 ? In(instruction, 2)[i / positions % results.Dimensions[0]] : 0;
            y[i] = activation.Apply<DoubleArithmetic, double>(y[i] + bias);
        }

        y.CopyTo(Out(instruction));
    }

    public void ConvolutionInputGradient<TOperator>(
        Instruction instruction, ConvolutionInputGradientOperation gradient, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var (dy, w, dx) = (Copy(instruction, 0), Copy(instruction, 1), new double[Out(instruction).Length]);
        EachProduct(gradient.Window, gradient.Groups, instruction.Output.Shape, instruction.Inputs[0].Shape,
            (image, filter, result) => dx[image] += dy[result] * w[filter]);
        Continue(instruction, dx, f);
    }

    public void ConvolutionFilterGradient(Instruction instruction, ConvolutionFilterGradientOperation gradient)
    {
        var (x, dy, dw) = (Copy(instruction, 0), Copy(instruction, 1), new double[Out(instruction).Length]);
        EachProduct(gradient.Window, gradient.Groups, instruction.Inputs[0].Shape, instruction.Inputs[1].Shape,
            (image, filter, result) => dw[filter] += x[image] * dy[result]);
        dw.CopyTo(Out(instruction));
    }

    public void MaxPool(Instruction instruction, Window2d window)
    {
        var (x, values) = (Copy(instruction, 0), Copy(instruction, 1));
        var y = Out(instruction);
        var chosen = Largest(window, instruction.Inputs[0].Shape, instruction.Output.Shape, x);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = values[chosen[i]];
        }
    }

    public void MaxPoolGradient<TOperator>(Instruction instruction, Window2d window, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var (x, dy, dx) = (Copy(instruction, 0), Copy(instruction, 1), new double[Out(instruction).Length]);
        var chosen = Largest(window, instruction.Inputs[0].Shape, instruction.Inputs[1].Shape, x);
        for (var i = 0; i < dy.Length; i++)
        {
            dx[chosen[i]] += dy[i];
        }

        Continue(instruction, dx, f);
    }

    public void AveragePool(Instruction instruction, Window2d window)
    {
        var (x, y) = (Copy(instruction, 0), new double[Out(instruction).Length]);
        var taps = window.Height * window.Width;
        EachTap(window, instruction.Inputs[0].Shape, instruction.Output.Shape,
            (image, _, result) => y[result] += x[image] / taps);
        y.CopyTo(Out(instruction));
    }

    public void AveragePoolGradient(Instruction instruction, Window2d window)
    {
        var (dy, dx) = (Copy(instruction, 0), new double[Out(instruction).Length]);
        var taps = window.Height * window.Width;
        EachTap(window, instruction.Output.Shape, instruction.Inputs[0].Shape,
            (image, _, result) => dx[image] += dy[result] / taps);
        dx.CopyTo(Out(instruction));
    }

    /// <summary>Writes f(gradient, z), where z is the third input; without one the gradient.</summary>
    private void Continue<TOperator>(Instruction instruction, double[] gradient, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var z = instruction.Inputs.Count > 2 ? Copy(instruction, 2) : gradient;
        var result = Out(instruction);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = f.Apply<DoubleArithmetic, double>(gradient[i], z[i]);
        }
    }

    private double[] Copy(Instruction instruction, int index) => In(instruction, index).ToArray();

    private int[] Largest(Window2d window, TensorShape images, TensorShape results, double[] x)
    {
        var chosen = Enumerable.Repeat(-1, results.Length(_samples)).ToArray();
        EachTap(window, images, results, (image, _, result) =>
            chosen[result] = chosen[result] < 0 || x[image] > x[chosen[result]] ? image : chosen[result]);
        return chosen;
    }

    private void EachProduct(Window2d window, int groups, TensorShape images, TensorShape results, Product product)
    {
        var (channels, filters) = (images.Dimensions[0] / groups, results.Dimensions[0] / groups);
        var (pixels, positions) = (
            images.Dimensions[1] * images.Dimensions[2], results.Dimensions[1] * results.Dimensions[2]);
        var taps = window.Height * window.Width;
        for (var sample = 0; sample < _samples; sample++)
        {
            for (var o = 0; o < filters * groups; o++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var image = ((sample * groups * channels) + (o / filters * channels) + c) * pixels;
                    var result = ((sample * groups * filters) + o) * positions;
                    var filter = ((o * channels) + c) * taps;
                    Slide(window, images, results, (pixel, tap, position) =>
                        product(image + pixel, filter + tap, result + position));
                }
            }
        }
    }

    /// <summary>The same for a pool, whose channels stay apart; the filter's index is the tap's.</summary>
    private void EachTap(Window2d window, TensorShape images, TensorShape results, Product product)
    {
        var (pixels, positions) = (
            images.Dimensions[1] * images.Dimensions[2], results.Dimensions[1] * results.Dimensions[2]);
        for (var i = 0; i < _samples * images.Dimensions[0]; i++)
        {
            var (image, result) = (i * pixels, i * positions);
            Slide(window, images, results, (pixel, tap, position) =>
                product(image + pixel, tap, result + position));
        }
    }

    /// <summary>A window's taps that lie inside one image, for each of its positions.</summary>
    private static void Slide(Window2d window, TensorShape images, TensorShape results, Product product)
    {
        var (height, width, columns) = (images.Dimensions[1], images.Dimensions[2], results.Dimensions[2]);
        for (var position = 0; position < results.Dimensions[1] * columns; position++)
        {
            for (var tap = 0; tap < window.Height * window.Width; tap++)
            {
                var (up, left) = (position / columns * window.Stride, position % columns * window.Stride);
                var row = up + (tap / window.Width * window.Dilation) - window.Padding;
                var column = left + (tap % window.Width * window.Dilation) - window.Padding;
                if (row >= 0 && row < height && column >= 0 && column < width)
                {
                    product((row * width) + column, tap, position);
                }
            }
        }
    }
}
