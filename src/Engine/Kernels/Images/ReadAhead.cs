using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Asks for memory that will be used soon, a few lines with each step of work that goes on meanwhile.</summary>
/// <remarks>
/// Kernels that read many lines far apart a little at a time, or write a whole image at once, would wait for each line.
/// Asking changes nothing and never fails, so the memory may end before the stretch does.
/// </remarks>
internal unsafe struct ReadAhead(float* from, int floats, int steps)
{
    private readonly float* _end = from + floats;
    private readonly nint _perStep =
        ((floats / AlignedBuffer.LineFloats / Math.Max(steps, 1)) + 1) * AlignedBuffer.LineFloats;

    private float* _next = from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Step()
    {
        if (Sse.IsSupported && _next < _end)
        {
            var end = _next + _perStep;
            for (; _next < end; _next += AlignedBuffer.LineFloats)
            {
                Sse.Prefetch1(_next);
            }
        }
    }
}
