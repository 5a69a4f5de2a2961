using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Kernels.Gemm;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Pixels whose channels lie together are written as images: a plane for each channel.</summary>
internal static unsafe class ChannelPlanes
{
    /// <summary>
    /// Pixels that are moved for all channels before the next ones: the planes may fall into few sets of a cache.
    /// </summary>
    private const int PixelsAtOnce = 64;

    /// <summary>Writes so many pixels.</summary>
    /// <param name="step">Floats from pixel to pixel.</param>
    /// <param name="plane">Floats from plane to plane.</param>
    internal static void Write(float* pixels, nint step, int channels, int width, float* planes, nint plane)
    {
        for (var from = 0; from < width; from += PixelsAtOnce)
        {
            WriteSome(pixels, step, channels, from, width, planes, plane);
        }
    }

    /// <summary>Four channels of four pixels at a time, the last pixels overlapping the ones before.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void WriteSome(
        float* pixels, nint step, int channels, int from, int width, float* planes, nint plane)
    {
        var end = Math.Min(from + PixelsAtOnce, width);
        var first = Math.Max(0, Math.Min(from, end - 4));
        var fours = width < 4 ? 0 : channels / 4 * 4;
        for (nint channel = 0; channel < fours; channel += 4)
        {
            for (nint done = first; done < end; done += 4)
            {
                var column = Math.Min(done, end - 4);
                Turn(pixels + (column * step) + channel, step, planes + (channel * plane) + column, plane);
            }
        }

        for (nint channel = fours; channel < channels; channel++)
        {
            for (nint column = first; column < end; column++)
            {
                planes[(channel * plane) + column] = pixels[(column * step) + channel];
            }
        }
    }

    /// <summary>Writes a matrix of four by four the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* from, nint fromStride, float* to, nint toStride)
    {
        if (!Sse.IsSupported && !AdvSimd.Arm64.IsSupported)
        {
            for (var i = 0; i < 16; i++)
            {
                to[(i / 4 * toStride) + (i % 4)] = from[(i % 4 * fromStride) + (i / 4)];
            }

            return;
        }

        Transposition.Interleave128(
            Vector128.Load(from),
            Vector128.Load(from + fromStride),
            Vector128.Load(from + (2 * fromStride)),
            Vector128.Load(from + (3 * fromStride)),
            to,
            toStride);
    }
}
