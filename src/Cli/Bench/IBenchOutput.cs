using Distributed.Engine.Kernels;
using Distributed.Measuring.Jobs;
using Distributed.Measuring.Passes;
using Distributed.Measuring.Products;

namespace Distributed.Cli.Bench;

/// <summary>Where measurements go as they are made. Units: rates are per second; peaks count operations.</summary>
internal interface IBenchOutput
{
    internal void Begin(int cores);

    internal void Peaks(IReadOnlyList<VectorPeak> peaks, IReadOnlyList<(int Threads, double BytesPerSecond)> memory);

    /// <summary>Before the first product.</summary>
    internal void BeginProducts(IReadOnlyList<VectorPeak> peaks);

    /// <summary>One product, with the seconds it takes on each set of vectors.</summary>
    internal void Product(
        ProductForm form, ProductSize size, IReadOnlyList<(VectorPeak Vectors, double Seconds)> times);

    internal void Pass(Workload workload, IReadOnlyList<OperationTime> operations, double peak);

    internal void Scaling(Workload workload, IReadOnlyList<ScalingPoint> points, double peak);

    internal void End(IReadOnlyList<string> parts, TimeSpan took);
}

/// <summary>A set of vectors and the most operations per second that one core does with them.</summary>
internal sealed record VectorPeak(KernelPath Path, double OperationsPerSecond);
