using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks;

/// <summary>Jobs as benchmarks' parameters name them.</summary>
internal static class Jobs
{
    internal static Workload Named(string name) => name switch
    {
        "mlp" => Workload.Mlp,
        "seed" => Workload.Seed,
        "wide" => Workload.Wide,
        "cnn" => Workload.Cnn,
        _ => Workload.Small,
    };
}
