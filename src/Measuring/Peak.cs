using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Measuring;

/// <summary>How many floating-point operations one thread can do per second, when nothing keeps it waiting.</summary>
public static class Peak
{
    private const int Chains = 12;
    private const int Turns = 4_000_000;

    private static readonly Lazy<double> OfBest = new(() => Measure(KernelPaths.Best));

    /// <summary>What is worth measuring: the widest vectors and, where these are wider, 256 bits.</summary>
    public static IReadOnlyList<KernelPath> Paths { get; } = KernelPaths.Best == KernelPath.Vector512
        ? [KernelPath.Vector512, KernelPath.Vector256]
        : [KernelPaths.Best];

    /// <summary>With the widest vectors; measured once.</summary>
    public static double OperationsPerSecond => OfBest.Value;

    /// <summary>The best of several tries, in operations per second; a fused multiply-add counts as two.</summary>
    public static double Measure(KernelPath path) => path switch
    {
        KernelPath.Vector512 => Measure<Lanes512, Vector512<float>>(),
        KernelPath.Vector256 => Measure<Lanes256, Vector256<float>>(),
        KernelPath.Vector128 => Measure<Lanes128, Vector128<float>>(),
        _ => Measure<ScalarLanes, float>(),
    };

    private static double Measure<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var best = double.PositiveInfinity;
        for (var attempt = 0; attempt < 24; attempt++)
        {
            var started = Stopwatch.GetTimestamp();
            GC.KeepAlive(Chase<TLanes, TVector>());
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return 2.0 * Chains * Turns * TLanes.Count / best;
    }

    /// <summary>Independent chains of fused multiply-adds, more than the units' latency can fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector Chase<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var factor = TLanes.Broadcast(0.999f);
        var (a, b, c, d) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
        var (e, f, g, h) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
        var (i, j, k, l) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
        for (var turn = 0; turn < Turns; turn++)
        {
            a = TLanes.FusedMultiplyAdd(a, factor, factor);
            b = TLanes.FusedMultiplyAdd(b, factor, factor);
            c = TLanes.FusedMultiplyAdd(c, factor, factor);
            d = TLanes.FusedMultiplyAdd(d, factor, factor);
            e = TLanes.FusedMultiplyAdd(e, factor, factor);
            f = TLanes.FusedMultiplyAdd(f, factor, factor);
            g = TLanes.FusedMultiplyAdd(g, factor, factor);
            h = TLanes.FusedMultiplyAdd(h, factor, factor);
            i = TLanes.FusedMultiplyAdd(i, factor, factor);
            j = TLanes.FusedMultiplyAdd(j, factor, factor);
            k = TLanes.FusedMultiplyAdd(k, factor, factor);
            l = TLanes.FusedMultiplyAdd(l, factor, factor);
        }

        var first = TLanes.Add(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)), TLanes.Add(TLanes.Add(e, f), g));
        return TLanes.Add(TLanes.Add(TLanes.Add(h, i), TLanes.Add(j, k)), TLanes.Add(l, first));
    }
}
