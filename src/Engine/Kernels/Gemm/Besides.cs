using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// What is read beside a weight gradient once it is there, parameters and optimizer state: tiles ask for it while they
/// compute.
/// </summary>
internal readonly unsafe struct Besides
{
    private readonly float* _first;
    private readonly float* _second;
    private readonly float* _third;
    private readonly int _stride;

    /// <summary>What strips are taken to from a place of the flat buffer on, whose rows are so far apart.</summary>
    internal Besides(IGradientStrips strips, int place, int stride)
    {
        _first = strips.Buffers > 0 ? strips.Beside(0, place) : null;
        _second = strips.Buffers > 1 ? strips.Beside(1, place) : null;
        _third = strips.Buffers > 2 ? strips.Beside(2, place) : null;
        _stride = stride;
    }

    /// <summary>Asks for what lies beside a tile's results.</summary>
    internal void Ask<TTile>(int row, int column)
        where TTile : struct, ITile
    {
        var offset = ((nint)row * _stride) + column;
        Ask<TTile>(_first, offset);
        Ask<TTile>(_second, offset);
        Ask<TTile>(_third, offset);
    }

    private void Ask<TTile>(float* buffer, nint offset)
        where TTile : struct, ITile
    {
        if (buffer != null)
        {
            TileKernels.Prefetch<TTile>(buffer + offset, _stride);
        }
    }
}
