namespace Distributed.Engine.Kernels.Gemm;

/// <summary>A strip of a factor as a kernel reads it: line p of the inner dimension is at Data + p · Step.</summary>
/// <remarks>
/// What is in a line lies one behind the other, unless Step is 1: then the strip's rows are read where they lie, as far
/// apart as those of their matrix. Two fields, so that it is passed in registers.
/// </remarks>
internal readonly unsafe struct Panel(float* data, nint step)
{
    internal float* Data { get; } = data;

    internal nint Step { get; } = step;
}
