using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Jobs;

/// <summary>
/// Everything that decides the trained bits: data, model, optimizer, sizes and seed. Not how many workers do it, nor
/// where, nor on what machine.
/// </summary>
/// <remarks>Messages spell options as the command line does.</remarks>
public sealed record Job
{
    /// <summary>--data: digits, idx:DIR or csv:FILE. Default digits.</summary>
    public string Data { get; init; } = "digits";

    /// <summary>--model: linear, mlp:WIDTHS, cnn, lenet5 or resnet:BLOCKS. Default mlp:512,512.</summary>
    public string Model { get; init; } = "mlp:512,512";

    /// <summary>--epochs: passes over the training data. Default 20; 1 to 1,000,000.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>--batch-size: samples per step. Default 256; 1 to 1,000,000.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>--microbatch-size: samples per leaf of the canonical tree. Default 16; 1 to the batch size.</summary>
    public int MicrobatchSize { get; init; } = 16;

    /// <summary>--optimizer: sgd or momentum. Default momentum.</summary>
    public string Optimizer { get; init; } = "momentum";

    /// <summary>--learning-rate: per step. Default 0.05; above 0.</summary>
    public float LearningRate { get; init; } = 0.05f;

    /// <summary>
    /// --seed: decides initial weights, order of samples, generated data and what is held out. Default 1.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>--holdout: the part held out; see <see cref="DataOptions.Holdout"/>.</summary>
    public double? Holdout { get; init; }

    /// <summary>--label: the column to predict; csv only.</summary>
    public string? Label { get; init; }

    /// <summary>--task: classification or regression; csv only.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>--standardize: features to mean 0 and deviation 1; csv only.</summary>
    public bool Standardize { get; init; }

    /// <summary>What <see cref="DataCatalog"/> needs to know.</summary>
    public DataOptions DataOptions => new()
    {
        Source = Data,
        Seed = Seed,
        Holdout = Holdout,
        Label = Label,
        Task = Task,
        Standardize = Standardize,
    };

    /// <summary>Micro-batches in a full mini-batch: the most workers that can have something to do.</summary>
    public int Microbatches => MicrobatchRange.CountOf(BatchSize, MicrobatchSize);

    /// <summary>Checks every setting and that so many workers have something to do.</summary>
    /// <remarks>Errors: UserErrorException with one line about the first setting that is out of range.</remarks>
    public void Validate(int workers)
    {
        const int Most = 1_000_000;
        InRange("--epochs", Epochs, 1, Most);
        InRange("--batch-size", BatchSize, 1, Most);
        InRange("--microbatch-size", MicrobatchSize, 1, BatchSize);
        if (!float.IsFinite(LearningRate) || LearningRate <= 0)
        {
            throw new UserErrorException(
                $"--learning-rate {LearningRate} is out of range: choose a number above 0 (default 0.05)");
        }

        Catalog.CheckModel(Model);
        _ = Catalog.Optimizer(Optimizer, LearningRate);
        InRange("--workers", workers, 1, 1024);
        if (workers > Microbatches)
        {
            throw new UserErrorException(
                $"--workers {workers} is more than the {Microbatches} micro-batches of a step ({BatchSize} samples in "
                + $"micro-batches of {MicrobatchSize}): choose at most {Microbatches}, or a larger --batch-size");
        }
    }

    private static void InRange(string option, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new UserErrorException($"{option} {value} is out of range: choose {least} to {most}");
        }
    }
}
