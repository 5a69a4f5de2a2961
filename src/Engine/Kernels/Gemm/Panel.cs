namespace Distributed.Engine.Kernels.Gemm;

/// <summary>A strip of a factor as a kernel reads it: line p of the inner dimension is at Data + p · Step.</summary>
internal readonly unsafe struct Panel(float* data, nint step)
{
    internal float* Data { get; } = data;

    internal nint Step { get; } = step;
}
