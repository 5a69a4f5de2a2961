using Distributed.Engine.Graphs;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Values moved to another order of their dimensions.</summary>
/// <remarks>
/// Dimensions that stay together are one here. The innermost two of the result are walked in squares, so that what one
/// cache line brings is used before it goes; one that stays innermost is copied in blocks.
/// </remarks>
internal sealed unsafe class TransposeKernel : SampleKernel
{
    /// <summary>Side of a square: 16 floats are a cache line.</summary>
    private const int Side = 16;

    private readonly int[] _sizes;
    private readonly long[] _strides;
    private readonly int _sampleLength;

    internal TransposeKernel(CpuMemory memory, Instruction instruction, TransposeOperation transpose)
        : base(memory, instruction)
    {
        var shape = instruction.Inputs[0].Shape;
        var (sizes, strides) = (new List<int> { 1, 1 }, new List<long> { 0, 0 });
        foreach (var axis in transpose.Axes)
        {
            var (_, size, stride) = shape.Around(axis);
            if (strides[^1] == (long)stride * size)
            {
                (sizes[^1], strides[^1]) = (sizes[^1] * size, stride);
            }
            else if (size != 1)
            {
                sizes.Add(size);
                strides.Add(stride);
            }
        }

        (_sizes, _strides, _sampleLength) = ([.. sizes], [.. strides], shape.SampleLength);
    }

    internal override void Run(int first, int samples)
    {
        var x = Input(0, first);
        var y = Result(first);
        for (long i = 0; _sampleLength > 0 && i < samples; i++)
        {
            Move(0, x + (i * _sampleLength), y + (i * _sampleLength));
        }
    }

    /// <summary>Fills the result from one dimension on; returns where it goes on.</summary>
    private float* Move(int dimension, float* x, float* y)
    {
        if (dimension == _sizes.Length - 2)
        {
            return MoveInner(x, y);
        }

        for (var i = 0; i < _sizes[dimension]; i++)
        {
            y = Move(dimension + 1, x + (i * _strides[dimension]), y);
        }

        return y;
    }

    private float* MoveInner(float* x, float* y)
    {
        var (rows, columns) = (_sizes[^2], _sizes[^1]);
        var (down, right) = (_strides[^2], _strides[^1]);
        for (var row = 0; right == 1 && row < rows; row++)
        {
            new ReadOnlySpan<float>(x + (row * down), columns)
                .CopyTo(new Span<float>(y + ((long)row * columns), columns));
        }

        for (var row = 0; right != 1 && row < rows; row += Side)
        {
            for (var column = 0; column < columns; column += Side)
            {
                MoveSquare(
                    x + (row * down) + (column * right), y + ((long)row * columns) + column,
                    Math.Min(Side, rows - row), Math.Min(Side, columns - column));
            }
        }

        return y + ((long)rows * columns);
    }

    private void MoveSquare(float* x, float* y, int rows, int columns)
    {
        var (down, right, width) = (_strides[^2], _strides[^1], _sizes[^1]);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                y[((long)row * width) + column] = x[(row * down) + (column * right)];
            }
        }
    }
}
