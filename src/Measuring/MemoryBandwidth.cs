using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Memory;

namespace Distributed.Measuring;

/// <summary>How fast threads read memory that is in no cache.</summary>
public static unsafe class MemoryBandwidth
{
    /// <summary>Floats of all threads together: 256 MiB, more than the caches of most machines.</summary>
    public const int FloatsDefault = 1 << 26;

    private const int Unrolled = 8;
    private const int Passes = 5;

    /// <summary>Bytes per second of the best of several passes, in which each thread reads a part of its own.</summary>
    /// <param name="threads">At least 1.</param>
    /// <param name="floats">Of all parts together.</param>
    public static double Measure(int threads, int floats = FloatsDefault)
    {
        var each = Math.Max(Unrolled * Vector512<float>.Count, floats / threads);
        var seconds = new double[threads, Passes];
        using var together = new Barrier(threads);
        var readers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            var buffer = new AlignedBuffer(each);
            buffer.Span.Fill(thread); // touched first by who reads it
            for (var pass = 0; pass < Passes; pass++)
            {
                together.SignalAndWait();
                var started = Stopwatch.GetTimestamp();
                GC.KeepAlive(Sum(buffer.Pointer, each));
                seconds[thread, pass] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        })).ToList();
        readers.ForEach(reader => reader.Start());
        readers.ForEach(reader => reader.Join());
        var best = Enumerable.Range(0, Passes)
            .Min(pass => Enumerable.Range(0, threads).Max(thread => seconds[thread, pass]));
        return (double)threads * each * sizeof(float) / best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* values, int count)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (e, f, g, h) = (a, b, c, d);
        const int Step = Unrolled * 16;
        for (nint i = 0; i + Step <= count; i += Step)
        {
            a += Vector512.Load(values + i);
            b += Vector512.Load(values + i + 16);
            c += Vector512.Load(values + i + 32);
            d += Vector512.Load(values + i + 48);
            e += Vector512.Load(values + i + 64);
            f += Vector512.Load(values + i + 80);
            g += Vector512.Load(values + i + 96);
            h += Vector512.Load(values + i + 112);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }
}
