using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Training;

namespace Distributed.Measuring.Jobs;

/// <summary>A model and the size of its steps.</summary>
/// <param name="Name">As in tables and results.</param>
/// <param name="SampleShape">Sides of a sample, without the batch.</param>
/// <param name="Classes">How many its last layer tells apart.</param>
/// <param name="Model">As on the command line: mlp:512,512, cnn, [linear(100), relu, linear(10)].</param>
/// <param name="BatchSize">Samples per step.</param>
public sealed record Workload(string Name, IReadOnlyList<int> SampleShape, int Classes, string Model, int BatchSize)
{
    private const int StoredFloatsMax = 1 << 22;
    private const int StoredSamplesMax = 4096;

    /// <summary>The digits' usual network.</summary>
    public static Workload Mlp { get; } = Digits("mlp 784-512-512-10, batch 256", "mlp:512,512", 256);

    /// <summary>A tiny network, where whatever is not arithmetic shows.</summary>
    public static Workload Seed { get; } = new(
        "seed 1000-100-10, batch 64", [1000], 10, "[linear(100, bias=false), relu, linear(10, bias=false)]", 64);

    /// <summary>A large one, where arithmetic is nearly all.</summary>
    public static Workload Wide { get; } = new(
        "wide 1024-2048-2048-2048-10, batch 256", [1024], 10, "mlp:2048,2048,2048", 256);

    /// <summary>Two convolutions of 32 and 64 channels.</summary>
    public static Workload Cnn { get; } = Digits("cnn 32-64-pool-128-10, batch 64", "cnn", 64);

    /// <summary>For tests: every part of a step in no time.</summary>
    public static Workload Small { get; } = new("small 20-8-3, batch 32", [20], 3, "mlp:8", 32);

    /// <summary>Micro-batches are of this many samples, unless a measurement says otherwise.</summary>
    public const int MicrobatchSize = 16;

    /// <summary>Samples like the digits' images.</summary>
    public static Workload Digits(string name, string model, int batchSize) =>
        new(name, [28, 28], 10, model, batchSize);

    /// <summary>Builds the model once.</summary>
    /// <remarks>Errors: UserErrorException for a model that is unknown or does not fit the samples.</remarks>
    public void Check() => _ = Build(steps: 1);

    /// <summary>The model with its loss and all gradients, and random samples for so many steps.</summary>
    /// <remarks>Errors: UserErrorException for a model that is unknown or does not fit the samples.</remarks>
    internal (TrainingGraph Graph, DataSet Data) Build(int steps)
    {
        var features = SampleShape.Aggregate(1, (product, side) => product * side);
        var stored = Math.Clamp(StoredFloatsMax / features, BatchSize, Math.Max(BatchSize, StoredSamplesMax));
        var data = new RepeatedSet(BatchSize * steps, stored, SampleShape, Classes);
        return (Catalog.Graph(new Job { Model = Model, BatchSize = BatchSize }, data), data);
    }
}
