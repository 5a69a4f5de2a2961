using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

// What happens to a tile's memory beside its sums: it is asked for or claimed ahead, copied, and finished.
internal static unsafe partial class TileKernels
{
    /// <summary>
    /// Makes a tile's cache lines this core's own ahead of writing: writes one float of each back as it is. Nobody else
    /// may use the tile meanwhile.
    /// </summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Claim<TTile>(float* tile, nint stride)
        where TTile : struct, ITile
    {
        for (var row = 0; row < TTile.Height; row++)
        {
            for (var j = 0; j < TTile.Width; j += AlignedBuffer.LineFloats)
            {
                Volatile.Write(ref tile[j], Volatile.Read(ref tile[j]));
            }

            tile += stride;
        }
    }

    /// <summary>Asks for a tile's memory.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Prefetch<TTile>(float* tile, nint stride)
        where TTile : struct, ITile =>
        Prefetch(tile, stride, TTile.Height, TTile.Width);

    /// <summary>Asks for the cache lines of some rows, so that they are near when they are read or written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(float* data, nint stride, int rows, int columns)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (; rows > 0; rows--)
        {
            for (var j = 0; j < columns; j += AlignedBuffer.LineFloats)
            {
                Sse.Prefetch1(data + j);
            }

            data += stride;
        }
    }

    /// <summary>Copies a whole tile.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Copy<TTile>(float* source, nint sourceStride, float* destination, nint destinationStride)
        where TTile : struct, ITile
    {
        var tile = default(TTile);
        tile.Load(source, sourceStride);
        tile.Store(destination, destinationStride);
    }

    /// <summary>Copies the part of a tile that lies inside the matrix, at its edges.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void CopyPart(
        float* source, nint sourceStride, float* destination, nint destinationStride, int rows, int columns)
    {
        for (; rows > 0; rows--)
        {
            nint j = 0;
            for (; j <= columns - Vector256<float>.Count; j += Vector256<float>.Count)
            {
                Vector256.Store(Vector256.Load(source + j), destination + j);
            }

            for (; j < columns; j++)
            {
                destination[j] = source[j];
            }

            source += sourceStride;
            destination += destinationStride;
        }
    }

    /// <summary>c[i, j] ← activation(c[i, j] + bias[j]) for whole vectors of columns; bias null adds nothing.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Finish<TLanes, TVector, TActivation>(
        float* c, nint stride, int rows, int columns, float* bias, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        for (var j = 0; j < columns; j += TLanes.Count)
        {
            var addend = bias == null ? TLanes.Zero : TLanes.Load(bias + j);
            var element = c + j;
            for (var i = 0; i < rows; i++)
            {
                var value = TLanes.Load(element);
                value = bias == null ? value : TLanes.Add(value, addend);
                TLanes.Store(activation.Apply<TLanes, TVector>(value), element);
                element += stride;
            }
        }
    }

    /// <summary>c[i, j] ← activation(c[i, j] + bias[i]) for any number of columns; bias null adds nothing.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void FinishRows<TLanes, TVector, TActivation>(
        float* c, nint stride, int rows, int columns, float* bias, TActivation activation)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        for (var i = 0; i < rows; i++, c += stride)
        {
            var addend = bias == null ? TLanes.Zero : TLanes.Broadcast(bias[i]);
            nint j = 0;
            for (; j <= columns - TLanes.Count; j += TLanes.Count)
            {
                var value = TLanes.Load(c + j);
                value = bias == null ? value : TLanes.Add(value, addend);
                TLanes.Store(activation.Apply<TLanes, TVector>(value), c + j);
            }

            for (; j < columns; j++)
            {
                c[j] = activation.Apply<ScalarLanes, float>(bias == null ? c[j] : c[j] + bias[i]);
            }
        }
    }
}
