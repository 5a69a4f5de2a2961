using Distributed.Engine.Layers;

namespace Distributed.Benchmarks.Jobs;

/// <summary>A model and the size of its steps.</summary>
/// <param name="Name">As in tables and results.</param>
/// <param name="Widths">From the features to the classes, as 784, 512, 512, 10.</param>
/// <param name="Bias">Whether its linear layers have one.</param>
/// <param name="BatchSize">Samples per step.</param>
internal sealed record Workload(string Name, IReadOnlyList<int> Widths, bool Bias, int BatchSize)
{
    /// <summary>The digits' usual network.</summary>
    internal static Workload Mlp { get; } = new("mlp 784-512-512-10, batch 256", [784, 512, 512, 10], true, 256);

    /// <summary>A tiny network, where whatever is not arithmetic shows.</summary>
    internal static Workload Seed { get; } = new("seed 1000-100-10, batch 64", [1000, 100, 10], false, 64);

    /// <summary>For tests: every part of a step in no time.</summary>
    internal static Workload Small { get; } = new("small 20-8-3, batch 32", [20, 8, 3], true, 32);

    internal static IReadOnlyList<Workload> All { get; } = [Mlp, Seed];

    /// <summary>The workload a benchmark's parameter names.</summary>
    internal static Workload Named(string name) => name switch { "mlp" => Mlp, "seed" => Seed, _ => Small };

    internal int Features => Widths[0];

    internal int Classes => Widths[^1];

    /// <summary>Pairs of inputs and outputs, a linear layer each.</summary>
    internal IEnumerable<(int Inputs, int Outputs)> LinearSizes => Widths.Zip(Widths.Skip(1));

    /// <summary>
    /// Multiplications and additions of one step: forward and weight gradient of every layer, input gradient of all
    /// but the first.
    /// </summary>
    internal double FloatingPointOperations =>
        2.0 * BatchSize * LinearSizes.Index().Sum(layer =>
            (layer.Index == 0 ? 2.0 : 3.0) * layer.Item.Inputs * layer.Item.Outputs);

    internal Sequential Model()
    {
        var model = new Sequential();
        var last = LinearSizes.Count() - 1;
        foreach (var (index, (inputs, outputs)) in LinearSizes.Index())
        {
            model.Add(new Linear(inputs, outputs, Bias));
            if (index < last)
            {
                model.Add(new ReLU());
            }
        }

        return model;
    }
}
