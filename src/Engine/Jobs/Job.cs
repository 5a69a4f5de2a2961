using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Optimizers.Schedules;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Jobs;

/// <summary>
/// Everything that decides the trained bits: data, model, optimizer, sizes and seed. Not how many workers do it, nor
/// where, nor on what machine.
/// </summary>
/// <remarks>Messages spell options as the command line does.</remarks>
public sealed record Job
{
    private readonly float? _learningRate;

    /// <summary>--data: digits, idx:DIR or csv:FILE. Default digits.</summary>
    public string Data { get; init; } = "digits";

    /// <summary>
    /// --model: linear, mlp:WIDTHS, cnn, lenet5, resnet:BLOCKS, or layers as [flatten, linear(64), relu, linear(10)],
    /// with kinds as <see cref="LayerCatalog"/> has them. Default mlp:512,512.
    /// </summary>
    public string Model { get; init; } = "mlp:512,512";

    /// <summary>--epochs: passes over the training data. Default 20; 1 to 1,000,000.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>--batch-size: samples per step. Default 256; 1 to 1,000,000.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>--microbatch-size: samples per leaf of the canonical tree. Default 16; 1 to the batch size.</summary>
    public int MicrobatchSize { get; init; } = 16;

    /// <summary>
    /// --accumulate: mini-batches that one step adds up before it updates. Default 1; 1 to 1,000.
    /// </summary>
    /// <remarks>
    /// Sums run over micro-batches here, so this is the same as a mini-batch that many times as large: see
    /// <see cref="SamplesPerStep"/>.
    /// </remarks>
    public int Accumulate { get; init; } = 1;

    /// <summary>--loss: as <see cref="LossCatalog"/> has them. Default auto, that of the task.</summary>
    public string Loss { get; init; } = "auto";

    /// <summary>--reduction: mean or sum over a batch's samples. Default the loss's own.</summary>
    public string? Reduction { get; init; }

    /// <summary>
    /// --early-stop: epochs without a better held-out loss after which the job ends. Default none; at least 1.
    /// </summary>
    public int? EarlyStop { get; init; }

    /// <summary>--restore-best: ends with the parameters of the best epoch; with --early-stop. Default false.</summary>
    public bool RestoreBest { get; init; }

    /// <summary>--optimizer: as <see cref="OptimizerCatalog"/> has them. Default momentum.</summary>
    public string Optimizer { get; init; } = "momentum";

    /// <summary>--learning-rate: per step; above 0. Default that of the optimizer, 0.05 for momentum.</summary>
    public float LearningRate
    {
        get => _learningRate ?? OptimizerCatalog.DefaultRate(Optimizer);
        init => _learningRate = value;
    }

    /// <summary>--schedule: what becomes of the rate, as <see cref="OptimizerCatalog"/> has them. Default constant.
    /// </summary>
    public string Schedule { get; init; } = "constant";

    /// <summary>--warmup: steps over which the rate rises to its full height first. Default 0.</summary>
    public int Warmup { get; init; }

    /// <summary>--l1: λ of the penalty λ·Σ|w|. Default 0.</summary>
    public float L1 { get; init; }

    /// <summary>--l2: λ of the penalty λ/2·Σw². Default 0.</summary>
    public float L2 { get; init; }

    /// <summary>--weight-decay: decoupled, per step and learning rate. Default 0; of adamw 0.01.</summary>
    public float WeightDecay { get; init; }

    /// <summary>--clip-value: bounds every element of the gradient. Default none.</summary>
    public float? ClipValue { get; init; }

    /// <summary>--clip-norm: bounds the gradient's length over all parameters. Default none.</summary>
    public float? ClipNorm { get; init; }

    /// <summary>
    /// --seed: decides initial weights, order of samples, generated data and what is held out. Default 1.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>--holdout: the part held out; see <see cref="DataOptions.Holdout"/>.</summary>
    public double? Holdout { get; init; }

    /// <summary>--label: the column to predict; csv only.</summary>
    public string? Label { get; init; }

    /// <summary>--sample-weight: the column that says how much a row counts; csv only.</summary>
    public string? SampleWeight { get; init; }

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
        SampleWeight = SampleWeight,
        Task = Task,
        Standardize = Standardize,
    };

    /// <summary>Samples of a full step.</summary>
    public int SamplesPerStep => BatchSize * Accumulate;

    /// <summary>Micro-batches in a full step: the most workers that can have something to do.</summary>
    public int Microbatches => MicrobatchRange.CountOf(SamplesPerStep, MicrobatchSize);

    /// <summary>What ends the job early, for <see cref="Plateau.Count"/>; null for nothing.</summary>
    public Plateau? EarlyStopPlateau => EarlyStop is { } epochs ? new Plateau(epochs - 1, 0) : null;

    /// <summary>Checks every setting and that so many workers have something to do.</summary>
    /// <remarks>Errors: UserErrorException with a line about each setting that is out of range.</remarks>
    public void Validate(int workers)
    {
        var problems = Problems(workers);
        if (problems.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', problems));
        }
    }

    /// <summary>All that is wrong with the settings by themselves, a line each; nothing where they will do.</summary>
    /// <param name="workers">How many are to have something to do.</param>
    public IReadOnlyList<string> Problems(int workers)
    {
        const int Most = 1_000_000;
        var problems = new List<string>();
        Check(() => InRange("--epochs", Epochs, 1, Most));
        Check(() => InRange("--batch-size", BatchSize, 1, Most));
        Check(() => InRange("--accumulate", Accumulate, 1, 1000));
        Check(CheckMicrobatchSize);
        Check(CheckLearningRate);
        Check(() => Catalog.CheckModel(Model));
        Check(() => _ = LossCatalog.Of(this with { Reduction = null }));
        Check(() => LossCatalog.CheckReduction(this));
        foreach (var check in OptimizerCatalog.Checks(this))
        {
            Check(check);
        }

        Check(() => InRange("--early-stop", EarlyStop ?? 1, 1, Most));
        Check(() => _ = RestoreBest && EarlyStop is null
            ? throw new UserErrorException("--restore-best goes with --early-stop only: add it, as --early-stop 5")
            : false);
        Check(() => InRange("--workers", workers, 1, 1024));
        if (problems.Count == 0)
        {
            Check(() => CheckWorkers(workers));
        }

        return problems;

        void Check(Action check)
        {
            try
            {
                check();
            }
            catch (UserErrorException error)
            {
                problems.AddRange(error.Message.Split('\n'));
            }
        }
    }

    private void CheckMicrobatchSize()
    {
        InRange("--microbatch-size", MicrobatchSize, 1, 1_000_000);
        if (MicrobatchSize > BatchSize && BatchSize >= 1)
        {
            throw new UserErrorException(
                $"--microbatch-size {MicrobatchSize} is more than --batch-size {BatchSize}: choose 1 to {BatchSize}");
        }
    }

    private void CheckLearningRate()
    {
        if (!float.IsFinite(LearningRate) || LearningRate <= 0)
        {
            throw new UserErrorException(
                $"--learning-rate {LearningRate} is out of range: choose a number above 0 "
                + $"(default {OptimizerCatalog.DefaultRate(Optimizer)})");
        }
    }

    private void CheckWorkers(int workers)
    {
        if (workers > Microbatches)
        {
            throw new UserErrorException(
                $"--workers {workers} is more than the {Microbatches} micro-batches of a step ({SamplesPerStep} "
                + $"samples in micro-batches of {MicrobatchSize}): choose at most {Microbatches}, or a larger "
                + "--batch-size");
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
