using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// What is read and written beside a weight gradient once it is there, parameters and optimizer state: tiles see to it
/// while they compute.
/// </summary>
/// <remarks>
/// Where other workers have read the parameters since they were written, the core must claim each of their lines
/// before it can write to it again. Claimed one after the other in the update, that took longer than the update (two
/// workers on seed: 140 µs for its product and update, 105 where tiles claim). What is mostly its own, optimizer
/// state and all of it where there is but one worker, is only asked for, and where there is more than stays near.
/// </remarks>
internal readonly unsafe struct Besides
{
    private readonly float* _parameters;
    private readonly float* _first;
    private readonly float* _second;
    private readonly int _stride;
    private readonly bool _claims;

    /// <summary>What strips are taken to from a place of the flat buffer on, whose rows are so far apart.</summary>
    internal Besides(IGradientStrips strips, int place, int stride, bool asks)
    {
        _claims = strips.Buffers > 0 && strips.ClaimsParameters;
        _parameters = _claims || (asks && strips.Buffers > 0) ? strips.Beside(0, place) : null;
        _first = asks && strips.Buffers > 1 ? strips.Beside(1, place) : null;
        _second = asks && strips.Buffers > 2 ? strips.Beside(2, place) : null;
        _stride = stride;
    }

    /// <summary>Sees to what lies beside a whole tile's results.</summary>
    internal void Prepare<TTile>(int row, int column)
        where TTile : struct, ITile
    {
        var offset = ((nint)row * _stride) + column;
        if (_claims)
        {
            TileKernels.Claim<TTile>(_parameters + offset, _stride);
        }
        else
        {
            Ask<TTile>(_parameters, offset);
        }

        Ask<TTile>(_first, offset);
        Ask<TTile>(_second, offset);
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
