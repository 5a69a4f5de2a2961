using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Backends.Reference;

/// <summary>
/// Runs a plan in double precision with the plainest loops: the oracle for kernels, and what finite differences are
/// taken with.
/// </summary>
/// <remarks>
/// Sums are plain loops, not the canonical tree: it answers what the values are, not in which bits. A sharded plan's
/// partial sums come out as the sum over all samples.
/// </remarks>
public sealed partial class ReferenceEvaluator : IOperationVisitor
{
    private readonly Plan _plan;
    private readonly double[] _inputs;
    private readonly double[] _constants;
    private readonly double[] _arena;
    private readonly double[] _partials;
    private int _samples;

    public ReferenceEvaluator(Plan plan)
    {
        _plan = plan;
        _inputs = new double[plan.InputLength];
        _constants = new double[plan.ConstantLength];
        _arena = new double[plan.ArenaLength];
        _partials = new double[plan.Partials.Length];
        Parameters = new double[plan.Layout.Length];
        foreach (var (constant, place) in plan.Constants)
        {
            for (var i = 0; i < constant.Values.Length; i++)
            {
                _constants[place.Offset + i] = constant.Values[i];
            }
        }
    }

    /// <summary>The flat parameters, to be set before a run.</summary>
    public double[] Parameters { get; }

    /// <summary>Where to write an input's values before a run.</summary>
    public Span<double> Input(string name, int samples) => Values(_plan.Inputs[name], samples);

    /// <summary>A result's values after a run.</summary>
    public Span<double> Output(Operand output, int samples) => Values(output, samples);

    public void Run(int samples)
    {
        _samples = samples;
        foreach (var instruction in _plan.Instructions)
        {
            instruction.Operation.Accept(this, instruction);
        }
    }

    public void Unary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IUnaryOperator
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = f.Apply<DoubleArithmetic, double>(x[i]);
        }
    }

    public void Binary<TOperator>(Instruction instruction, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var x = In(instruction, 0);
        var y = In(instruction, 1);
        var z = Out(instruction);
        var shape = instruction.Output.Shape;
        for (var i = 0; i < z.Length; i++)
        {
            var left = x[IndexIn(instruction.Inputs[0].Shape, shape, i)];
            z[i] = f.Apply<DoubleArithmetic, double>(left, y[IndexIn(instruction.Inputs[1].Shape, shape, i)]);
        }
    }

    public void Linear<TActivation>(Instruction instruction, MatMulOperation product, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var a = In(instruction, 0);
        var b = In(instruction, 1);
        var c = Out(instruction);
        var (_, aColumns) = MatMulOperation.Matrix(instruction.Inputs[0].Shape);
        var (bRows, bColumns) = MatMulOperation.Matrix(instruction.Inputs[1].Shape);
        var n = product.TransposeRight ? bRows : bColumns;
        var k = product.TransposeRight ? bColumns : bRows;
        for (var index = 0; index < c.Length; index++)
        {
            var (i, j) = (index / n, index % n);
            var sum = instruction.Inputs.Count > 2 ? In(instruction, 2)[j] : 0;
            for (var p = 0; p < k; p++)
            {
                var left = product.TransposeLeft ? a[(p * aColumns) + i] : a[(i * aColumns) + p];
                sum += left * (product.TransposeRight ? b[(j * bColumns) + p] : b[(p * bColumns) + j]);
            }

            c[index] = activation.Apply<DoubleArithmetic, double>(sum);
        }
    }

    public void BatchProduct(Instruction instruction)
    {
        var x = In(instruction, 0);
        var y = In(instruction, 1);
        var z = Out(instruction);
        var (_, m) = MatMulOperation.Matrix(instruction.Inputs[0].Shape);
        var (_, n) = MatMulOperation.Matrix(instruction.Inputs[1].Shape);
        var firstRow = ((BatchProductOperation)instruction.Operation).FirstRow;
        for (var index = 0; index < z.Length; index++)
        {
            var (i, j) = (firstRow + (index / n), index % n);
            z[index] = 0;
            for (var row = 0; row < x.Length / m; row++)
            {
                z[index] += x[(row * m) + i] * y[(row * n) + j];
            }
        }
    }

    public void BatchSum(Instruction instruction)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        y.Clear();
        for (var i = 0; i < x.Length; i++)
        {
            y[i % y.Length] += x[i];
        }
    }

    public void AxisSum(Instruction instruction, int axis)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        var sizes = instruction.Inputs[0].Shape.Dimensions;
        var inner = sizes.Skip(axis + 1).Aggregate(1, (product, size) => product * size);
        y.Clear();
        for (var i = 0; i < x.Length; i++)
        {
            y[(i / (inner * sizes[axis]) * inner) + (i % inner)] += x[i];
        }
    }

    public void AxisMaximum(Instruction instruction, int axis)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        var (_, size, inner) = instruction.Inputs[0].Shape.Around(axis);
        y.Fill(double.NegativeInfinity);
        for (var i = 0; i < x.Length; i++)
        {
            ref var greatest = ref y[(i / (inner * size) * inner) + (i % inner)];
            greatest = Math.Max(greatest, x[i]);
        }
    }

    public void CopyBlocks(Instruction instruction, BlockOperation blocks)
    {
        var y = Out(instruction);
        y.Clear();
        foreach (var block in blocks.Blocks([.. instruction.Inputs.Select(input => input.Shape)]))
        {
            var x = In(instruction, block.Input);
            for (var i = 0; i < block.Outer * (instruction.Output.Shape.Batched ? _samples : 1); i++)
            {
                x.Slice((i * block.SourceStride) + block.SourceOffset, block.Length)
                    .CopyTo(y[((i * block.TargetStride) + block.TargetOffset)..]);
            }
        }
    }

    public void MatrixProducts(Instruction instruction, BatchedMatMulOperation product)
    {
        var a = In(instruction, 0);
        var b = In(instruction, 1);
        var c = Out(instruction);
        var (m, n, k) = product.Sizes(instruction.Inputs[0].Shape, instruction.Inputs[1].Shape);
        for (var index = 0; index < c.Length; index++)
        {
            var (matrix, i, j) = (index / (m * n), index / n % m, index % n);
            c[index] = 0;
            for (var p = 0; p < k; p++)
            {
                var left = a[(matrix * m * k) + (product.TransposeLeft ? (p * m) + i : (i * k) + p)];
                c[index] += left * b[(matrix * k * n) + (product.TransposeRight ? (j * k) + p : (p * n) + j)];
            }
        }
    }

    public void LogSoftmax(Instruction instruction)
    {
        Softmax(instruction);
        var x = In(instruction, 0);
        var y = Out(instruction);
        var classes = instruction.Output.Shape.Dimensions[^1];
        for (var row = 0; row < y.Length; row += classes)
        {
            // Where no probability is lost to rounding: log p + (x − x_best) from the greatest one.
            var probabilities = y.Slice(row, classes);
            var best = 0;
            for (var c = 1; c < classes; c++)
            {
                best = probabilities[c] > probabilities[best] ? c : best;
            }

            var (top, logarithm) = (x[row + best], Math.Log(probabilities[best]));
            for (var c = 0; c < classes; c++)
            {
                probabilities[c] = logarithm + (x[row + c] - top);
            }
        }
    }

    public void Expand(Instruction instruction)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = x[IndexIn(instruction.Inputs[0].Shape, instruction.Output.Shape, i)];
        }
    }

    public void Transpose(Instruction instruction, TransposeOperation transpose)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        var (from, to) = (instruction.Inputs[0].Shape, instruction.Output.Shape);
        for (var i = 0; i < y.Length; i++)
        {
            var source = i - (i % to.SampleLength);
            for (var axis = 0; axis < to.Rank; axis++)
            {
                var (_, size, inner) = to.Around(axis);
                source += i / inner % size * from.Around(transpose.Axes[axis]).Inner;
            }

            y[i] = x[source];
        }
    }

    public void Softmax(Instruction instruction)
    {
        var x = In(instruction, 0);
        var y = Out(instruction);
        var classes = instruction.Output.Shape.Dimensions[^1];
        for (var row = 0; row < y.Length; row += classes)
        {
            Softmax(x.Slice(row, classes), y.Slice(row, classes));
        }
    }

    public void SoftmaxCrossEntropy(Instruction instruction)
    {
        var logits = In(instruction, 0);
        var labels = In(instruction, 1);
        var losses = Out(instruction);
        var classes = instruction.Inputs[0].Shape.Dimensions[0];
        var softmax = new double[classes];
        for (var row = 0; row < losses.Length; row++)
        {
            Softmax(logits.Slice(row * classes, classes), softmax);
            losses[row] = -Math.Log(softmax[(int)labels[row]]);
        }
    }

    public void SoftmaxCrossEntropyGradient(Instruction instruction)
    {
        var logits = In(instruction, 0);
        var labels = In(instruction, 1);
        var upstream = In(instruction, 2);
        var gradient = Out(instruction);
        var classes = instruction.Inputs[0].Shape.Dimensions[0];
        for (var row = 0; row < labels.Length; row++)
        {
            var to = gradient.Slice(row * classes, classes);
            Softmax(logits.Slice(row * classes, classes), to);
            to[(int)labels[row]] -= 1;
            for (var c = 0; c < classes; c++)
            {
                to[c] *= upstream[row];
            }
        }
    }

    public void ArgMaxHit(Instruction instruction)
    {
        var logits = In(instruction, 0);
        var labels = In(instruction, 1);
        var hits = Out(instruction);
        var classes = instruction.Inputs[0].Shape.Dimensions[0];
        for (var row = 0; row < hits.Length; row++)
        {
            var scores = logits.Slice(row * classes, classes).ToArray();
            hits[row] = Array.IndexOf(scores, scores.Max()) == (int)labels[row] ? 1 : 0;
        }
    }

    private static void Softmax(ReadOnlySpan<double> x, Span<double> y)
    {
        var maximum = double.NegativeInfinity;
        foreach (var value in x)
        {
            maximum = Math.Max(maximum, value);
        }

        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = Math.Exp(x[i] - maximum);
            sum += y[i];
        }

        for (var i = 0; i < y.Length; i++)
        {
            y[i] /= sum;
        }
    }

    /// <summary>The index in a broadcast operand that belongs to an index in the result.</summary>
    private static int IndexIn(TensorShape operand, TensorShape result, int index)
    {
        var (position, stride) = (0, 1);
        for (var fromRight = 1; fromRight <= result.Rank; fromRight++)
        {
            var size = result.Dimensions[^fromRight];
            var own = fromRight <= operand.Rank ? operand.Dimensions[^fromRight] : 1;
            position += own == 1 ? 0 : index % size * stride;
            (stride, index) = (stride * own, index / size);
        }

        return operand.Batched ? position + (index * stride) : position;
    }

    private Span<double> In(Instruction instruction, int index) => Values(instruction.Inputs[index], _samples);

    private Span<double> Out(Instruction instruction) => Values(instruction.Output, _samples);

    private Span<double> Values(Operand operand, int samples)
    {
        var memory = operand.Storage switch
        {
            Storage.Input => _inputs,
            Storage.Parameter => Parameters,
            Storage.Constant => _constants,
            Storage.Arena or Storage.Turn => _arena,
            _ => _partials,
        };
        return memory.AsSpan(operand.Offset, operand.Shape.Length(samples));
    }
}
