namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// A strip of a factor as a kernel reads it: line p of the inner dimension is at Data + p · Step, and what is in it
/// lies one behind the other, or, where the strip's rows are read where they lie, Apart floats apart with Step 1.
/// </summary>
internal readonly unsafe struct Panel(float* data, nint step, nint apart = 1)
{
    internal float* Data { get; } = data;

    internal nint Step { get; } = step;

    internal nint Apart { get; } = apart;
}
