using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Asks for memory that will be used soon, a few lines with each step of the work meanwhile.</summary>
/// <remarks>
/// Kernels that read many lines far apart, a little of each, or write a whole image at once, would wait for each line.
/// Asking changes nothing and never fails, so what is asked for may reach beyond the memory there is. Not asked for is
/// what would drive out the work's own data, and what the steps could ask for only in bursts.
/// </remarks>
internal unsafe struct ReadAhead
{
    /// <summary>An image of 192 KB: with what is read and written meanwhile it stays in a second-level cache.</summary>
    private const int FloatsMax = 48 * 1024;

    private const int LinesPerStepMax = 64;

    private readonly nint _stride;
    private readonly int _perStep;
    private float* _next;
    private int _left;

    /// <summary>A whole stretch of memory.</summary>
    internal ReadAhead(float* from, int floats, int steps)
        : this(from, AlignedBuffer.LineFloats, floats > FloatsMax ? 0 : floats / AlignedBuffer.LineFloats, steps)
    {
    }

    /// <summary>So many lines, stride floats apart.</summary>
    internal ReadAhead(float* from, nint stride, int lines, int steps)
    {
        _perStep = (lines / Math.Max(steps, 1)) + 1;
        (_stride, _left) = (stride, _perStep > LinesPerStepMax ? 0 : lines);
        _next = from;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Step()
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (var lines = Math.Min(_perStep, _left); lines > 0; lines--, _left--)
        {
            Sse.Prefetch1(_next);
            _next += _stride;
        }
    }
}
