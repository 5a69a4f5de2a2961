using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>How long and on what a comparison runs.</summary>
/// <param name="Workloads">The jobs.</param>
/// <param name="Rounds">Measurements of each way.</param>
/// <param name="RoundLength">How long each takes at least.</param>
/// <param name="StepsMin">Steps that allocations are counted over.</param>
/// <param name="Size">Of kernels' operands.</param>
internal sealed record Effort(
    IReadOnlyList<Workload> Workloads, int Rounds, TimeSpan RoundLength, int StepsMin, Kernels.BenchmarkSize Size)
{
    internal static Effort Real { get; } =
        new([Workload.Mlp, Workload.Seed], 15, TimeSpan.FromMilliseconds(300), 1000, Kernels.BenchmarkSize.Real);

    internal static Effort Small { get; } = new(
        [Workload.Small], 2, TimeSpan.FromMilliseconds(1), 50, Kernels.BenchmarkSize.Small)
    {
        Turns = 1,
        Networks = 4,
    };

    /// <summary>The script that measures gloo's all-reduce; null for none.</summary>
    internal string? GlooScript { get; init; }

    /// <summary>The script that measures PyTorch's training; null for none.</summary>
    internal string? TorchScript { get; init; }

    /// <summary>The Python that runs it; null for the first that has PyTorch.</summary>
    internal string? Python { get; init; }

    /// <summary>How often whole jobs take turns.</summary>
    internal int Turns { get; init; } = 5;

    /// <summary>How many networks are drawn.</summary>
    internal int Networks { get; init; } = 60;

    /// <summary>What they are drawn from.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>Names of the jobs that take part, so that nothing is written to the results; null for all.</summary>
    internal IReadOnlyList<string>? Only { get; init; }

    /// <summary>PyTorch, where its script is given; else null.</summary>
    /// <remarks>Errors: UserErrorException where no Python has it.</remarks>
    internal TorchPeer? FindTorch() => TorchScript is null ? null : TorchPeer.Find(Python);
}

/// <summary>A comparison that runs as a plain program.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Measure">Measures and reports.</param>
internal sealed record Comparison(string Name, Func<Effort, Report> Measure)
{
    internal static IReadOnlyList<Comparison> All { get; } =
    [
        new(Scaling.Name, Scaling.Measure),
        new(TreeCost.Name, TreeCost.Measure),
        new(Allocations.Name, Allocations.Measure),
        new(KernelSpeeds.Name, KernelSpeeds.Measure),
        new(ActorSpeeds.Name, ActorSpeeds.Measure),
        new(AllReduce.Name, AllReduce.Measure),
        new(ClusterSpeed.Name, ClusterSpeed.Measure),
        new(TorchSpeed.Name, TorchSpeed.Measure),
        new(NetworkSweep.Name, NetworkSweep.Measure),
        new(ProductSpeeds.Name, ProductSpeeds.Measure),
        new(StartUp.Name, StartUp.Measure),
    ];
}
