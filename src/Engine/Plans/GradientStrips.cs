using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>Cuts the computation of a large weight gradient, so that its parts become final one by one.</summary>
/// <remarks>
/// The last rows come first, as the last layers do: buckets are filled from the end of the flat buffer. Every strip
/// packs the gradient of the layer's output anew, at a cost of about that of a few rows: so strips are few, and high.
/// </remarks>
internal static class GradientStrips
{
    /// <summary>At least so many, of which packing costs a few percent.</summary>
    private const int RowsMin = 256;

    private const int StripsMax = 4;

    /// <summary>A multiple of the heights of most register tiles.</summary>
    private const int RowsUnit = 8;

    /// <summary>The instruction itself, or strips of about so many floats that do the same.</summary>
    internal static IEnumerable<Instruction> Of(Instruction instruction, int stripFloats)
    {
        if (instruction is not { Operation: BatchProductOperation, Output.Storage: Storage.Partial })
        {
            return [instruction];
        }

        var (rows, columns) = MatMulOperation.Matrix(instruction.Output.Shape);
        var strips = Math.Min(Math.Min(StripsMax, rows / RowsMin), (int)((long)rows * columns / stripFloats));
        return strips < 2
            ? [instruction]
            : Enumerable.Range(0, strips).Reverse().Select(
                strip => Strip(instruction, FirstRow(rows, strip, strips), FirstRow(rows, strip + 1, strips), columns));
    }

    private static Instruction Strip(Instruction whole, int first, int end, int columns) => whole with
    {
        Operation = BatchProductOperation.Strip(first),
        Output = whole.Output with
        {
            Offset = whole.Output.Offset + (first * columns),
            Shape = TensorShape.Of(end - first, columns),
        },
    };

    private static int FirstRow(int rows, int strip, int strips) =>
        strip == strips ? rows : (int)((long)rows * strip / strips / RowsUnit * RowsUnit);
}
