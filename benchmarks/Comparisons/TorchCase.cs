using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>A job that PyTorch does too.</summary>
/// <param name="Name">For --only, and in front of its rows.</param>
/// <param name="Workload">The job.</param>
/// <param name="IsGiven">Whether the script that is given on the command line has it; ours has the others.</param>
/// <param name="OneGoal">One worker ÷ one thread of PyTorch, at least.</param>
/// <param name="TwoGoal">Two workers ÷ one, at least; null where two are not measured.</param>
/// <param name="ParallelGoal">Two workers ÷ PyTorch's two processes, at least; null where these are not measured.
/// </param>
internal sealed record TorchCase(
    string Name, Workload Workload, bool IsGiven, double OneGoal, double? TwoGoal = null, double? ParallelGoal = null)
{
    /// <summary>What no job may fall below.</summary>
    internal const double LeastGoal = 0.9;

    /// <summary>Depthwise convolutions of 3×3, each before one of 1×1, as small networks have them.</summary>
    private const string Separable =
        """
        [images, conv(16, size=3, padding=1, bias=false), batchnorm, relu,
         conv(16, size=3, padding=1, groups=16, bias=false), batchnorm, relu,
         conv(32, size=1, bias=false), batchnorm, relu,
         conv(32, size=3, stride=2, padding=1, groups=32, bias=false), batchnorm, relu,
         conv(64, size=1, bias=false), batchnorm, relu,
         conv(64, size=3, stride=2, padding=1, groups=64, bias=false), batchnorm, relu,
         conv(128, size=1, bias=false), batchnorm, relu, globalpool, linear(10)]
        """;

    internal static IReadOnlyList<TorchCase> All { get; } =
    [
        new("mlp", Workload.Mlp, true, 1.3, 1.9, 2.5),
        new("seed", Workload.Seed, true, 1.5, 1.6, 10),
        new("wide", Workload.Wide, true, 1.2, 1.9),
        new("cnn", Workload.Cnn, true, 2.0, 1.9),
        Own("linear", 64),
        Own("mlp:100", 64),
        Own("mlp:100", 256),
        Own("mlp:512,512", 8),
        Own("mlp:512,512", 32),
        Own("mlp:512,512", 1024),
        Own("mlp:512,512", 4096),
        Own("lenet5", 64),
        Own("cnn", 16),
        Own("resnet:1", 64),
        Own("separable", 64, Separable),
    ];

    internal static TorchCase Small { get; } = new("small", Workload.Small, false, LeastGoal, 1);

    private static TorchCase Own(string model, int batchSize, string? layers = null) => new(
        $"{model}@{batchSize}", Workload.Digits($"{model}, batch {batchSize}", layers ?? model, batchSize), false,
        LeastGoal);
}
