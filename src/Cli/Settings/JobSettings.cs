using System.Globalization;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Settings;

/// <summary>All settings of a job, in the order of the help text.</summary>
internal static class JobSettings
{
    private const string Millions = "choose 1 to 1000000";

    private static readonly Job Defaults = new();

    internal static Setting Data { get; } = new(
        "data", "SOURCE", ValueKind.Text,
        "What to train on: digits (generated), idx:DIR (images as in MNIST) or csv:FILE. Default digits.", "",
        (request, value) => With(request, job => job with { Data = (string)value }), request => request.Job.Data);

    internal static Setting Holdout { get; } = new(
        "holdout", "F", ValueKind.Fraction,
        "Fraction held out to test with, above 0 and below 1; idx and csv only. Default 0.2 where files bring no "
        + "test part.",
        "choose a fraction above 0 and below 1 (default 0.2)",
        (request, value) => With(request, job => job with { Holdout = (double)value }),
        request => request.Job.Holdout?.ToString("R", CultureInfo.InvariantCulture));

    internal static Setting Label { get; } = new(
        "label", "NAME|INDEX", ValueKind.Text,
        "The column to predict, by name or by index from 0; csv only. Default the last column.", "",
        (request, value) => With(request, job => job with { Label = (string)value }), request => request.Job.Label);

    internal static Setting SampleWeight { get; } = new(
        "sample-weight", "NAME|INDEX", ValueKind.Text,
        "The column that says how much a row counts in the loss, 0 or more, by name or by index from 0; it is no "
        + "feature; csv only. Default: all rows count alike.", "",
        (request, value) => With(request, job => job with { SampleWeight = (string)value }),
        request => request.Job.SampleWeight);

    internal static Setting Task { get; } = new(
        "task", "KIND", ValueKind.Task,
        "classification or regression; csv only. Default: read off the label column.",
        "choose classification or regression",
        (request, value) => With(request, job => job with { Task = (TaskKind)value }),
        request => request.Job.Task?.ToString().ToLowerInvariant());

    internal static Setting Standardize { get; } = new(
        "standardize", "", ValueKind.Switch,
        "Bring every feature to mean 0 and deviation 1; csv only.", "write true or false",
        (request, value) => With(request, job => job with { Standardize = (bool)value }),
        request => request.Job.Standardize ? "true" : null);

    internal static Setting Model { get; } = new(
        "model", "NAME", ValueKind.Text,
        "linear, mlp:WIDTHS (hidden layers with ReLU), for images cnn, lenet5, resnet:BLOCKS (per stage), or "
        + $"'[LAYER, ...]' with LAYER one of {LayerCatalog.Usage}, in a job file also as the list layers:. Default "
        + $"{Defaults.Model}.", "",
        (request, value) => With(request, job => job with { Model = (string)value }), request => request.Job.Model);

    internal static Setting Epochs { get; } = new(
        "epochs", "E", ValueKind.Count,
        $"Passes over the training data, 1 to 1000000. Default {Defaults.Epochs}.",
        $"{Millions} (default {Defaults.Epochs})",
        (request, value) => With(request, job => job with { Epochs = (int)value }),
        request => request.Job.Epochs.ToString(CultureInfo.InvariantCulture));

    internal static Setting BatchSize { get; } = new(
        "batch-size", "B", ValueKind.Count,
        $"Samples per step, 1 to 1000000. Default {Defaults.BatchSize}.",
        $"{Millions} (default {Defaults.BatchSize})",
        (request, value) => With(request, job => job with { BatchSize = (int)value }),
        request => request.Job.BatchSize.ToString(CultureInfo.InvariantCulture));

    internal static Setting MicrobatchSize { get; } = new(
        "microbatch-size", "M", ValueKind.Count,
        $"Samples that stay together on one worker, 1 to the batch size. Default {Defaults.MicrobatchSize}.",
        $"choose 1 to the batch size (default {Defaults.MicrobatchSize})",
        (request, value) => With(request, job => job with { MicrobatchSize = (int)value }),
        request => request.Job.MicrobatchSize.ToString(CultureInfo.InvariantCulture));

    internal static Setting Optimizer { get; } = new(
        "optimizer", "NAME", ValueKind.Text,
        $"{OptimizerCatalog.OptimizerUsage}; numbers as in PyTorch where left out. Default {Defaults.Optimizer}.", "",
        (request, value) => With(request, job => job with { Optimizer = (string)value }),
        request => request.Job.Optimizer);

    internal static Setting LearningRate { get; } = new(
        "learning-rate", "R", ValueKind.Single,
        $"Per step, above 0. Default {Defaults.LearningRate.ToString(CultureInfo.InvariantCulture)}; with adam and "
        + "adamw 0.001, with rmsprop and adagrad 0.01.",
        $"choose a number above 0 (default {Defaults.LearningRate.ToString(CultureInfo.InvariantCulture)})",
        (request, value) => With(request, job => job with { LearningRate = (float)value }),
        request => request.Job.LearningRate.ToString("R", CultureInfo.InvariantCulture));

    internal static Setting Loss { get; } = new(
        "loss", "NAME", ValueKind.Text,
        $"{LossCatalog.Usage}; auto is cross-entropy for classes, the squared error for numbers. Default auto.", "",
        (request, value) => With(request, job => job with { Loss = (string)value }),
        request => request.Job.Loss == Defaults.Loss ? null : request.Job.Loss);

    internal static Setting Reduction { get; } = new(
        "reduction", "HOW", ValueKind.Text,
        "mean or sum of the loss over a batch's samples. Default mean; of the sums of squares sum.", "",
        (request, value) => With(request, job => job with { Reduction = (string)value }),
        request => request.Job.Reduction);

    internal static Setting Accumulate { get; } = new(
        "accumulate", "N", ValueKind.Count,
        "Batches that one step adds up before it updates, 1 to 1000; the same here as a batch that many times as "
        + "large. Default 1.",
        "choose 1 to 1000 (default 1)",
        (request, value) => With(request, job => job with { Accumulate = (int)value }),
        request => NotDefault(request.Job.Accumulate, Defaults.Accumulate));

    internal static Setting Schedule { get; } = new(
        "schedule", "NAME", ValueKind.Text,
        $"What becomes of the learning rate: {OptimizerCatalog.ScheduleUsage}. Default constant.", "",
        (request, value) => With(request, job => job with { Schedule = (string)value }),
        request => request.Job.Schedule == Defaults.Schedule ? null : request.Job.Schedule);

    internal static Setting Warmup { get; } = new(
        "warmup", "STEPS", ValueKind.Count,
        "Steps over which the rate first rises to its full height; the schedule starts then. Default 0.",
        "choose 0 or more (default 0)",
        (request, value) => With(request, job => job with { Warmup = (int)value }),
        request => NotDefault(request.Job.Warmup, Defaults.Warmup));

    internal static Setting L1 { get; } = new(
        "l1", "F", ValueKind.Single,
        "Penalty F times the sum of |w|. Default 0.",
        "choose 0 or more (default 0)",
        (request, value) => With(request, job => job with { L1 = (float)value }),
        request => NotDefault(request.Job.L1, Defaults.L1));

    internal static Setting L2 { get; } = new(
        "l2", "F", ValueKind.Single,
        "Penalty F/2 times the sum of squares of w. Default 0.",
        "choose 0 or more (default 0)",
        (request, value) => With(request, job => job with { L2 = (float)value }),
        request => NotDefault(request.Job.L2, Defaults.L2));

    internal static Setting WeightDecay { get; } = new(
        "weight-decay", "F", ValueKind.Single,
        "Decoupled: every step first multiplies w by 1 - rate times F. Default 0; with adamw 0.01.",
        "choose 0 or more (default 0)",
        (request, value) => With(request, job => job with { WeightDecay = (float)value }),
        request => NotDefault(request.Job.WeightDecay, Defaults.WeightDecay));

    internal static Setting ClipValue { get; } = new(
        "clip-value", "F", ValueKind.Single,
        "Brings every element of the gradient into -F to F. Default none.",
        "choose a number above 0 (default none)",
        (request, value) => With(request, job => job with { ClipValue = (float)value }),
        request => request.Job.ClipValue?.ToString("R", CultureInfo.InvariantCulture));

    internal static Setting ClipNorm { get; } = new(
        "clip-norm", "F", ValueKind.Single,
        "Shortens the gradient over all parameters to the length F where it is longer. Default none.",
        "choose a number above 0 (default none)",
        (request, value) => With(request, job => job with { ClipNorm = (float)value }),
        request => request.Job.ClipNorm?.ToString("R", CultureInfo.InvariantCulture));

    internal static Setting EarlyStop { get; } = new(
        "early-stop", "EPOCHS", ValueKind.Count,
        "Ends the job after so many epochs without a better held-out loss. Default none.",
        "choose 1 or more (default none)",
        (request, value) => With(request, job => job with { EarlyStop = (int)value }),
        request => request.Job.EarlyStop?.ToString(CultureInfo.InvariantCulture));

    internal static Setting RestoreBest { get; } = new(
        "restore-best", "", ValueKind.Switch,
        "Ends with the weights of the epoch with the best held-out loss; with --early-stop.", "write true or false",
        (request, value) => With(request, job => job with { RestoreBest = (bool)value }),
        request => request.Job.RestoreBest ? "true" : null);

    internal static Setting Seed { get; } = new(
        "seed", "S", ValueKind.Seed,
        "Decides initial weights, order of samples, digits and what is held out; 0 to 2^64 - 1. "
        + $"Default {Defaults.Seed}.",
        $"choose 0 to {ulong.MaxValue} (default {Defaults.Seed})",
        (request, value) => With(request, job => job with { Seed = (ulong)value }),
        request => request.Job.Seed.ToString(CultureInfo.InvariantCulture));

    internal static Setting Workers { get; } = new(
        "workers", "N", ValueKind.Count,
        "Workers: threads with train, processes with cluster; 1 to the micro-batches of a step. Does not change the "
        + "result. Default: one per core.",
        "choose 1 to the micro-batches of a step (default one per core)",
        (request, value) => request with { Workers = (int)value },
        request => request.Workers?.ToString(CultureInfo.InvariantCulture));

    /// <summary>What a job file may hold and what train understands.</summary>
    internal static IReadOnlyList<Setting> All { get; } =
    [
        Data, Model, Workers, Epochs, BatchSize, MicrobatchSize, Accumulate, Loss, Reduction, Optimizer, LearningRate,
        Schedule, Warmup, L1, L2, WeightDecay, ClipValue, ClipNorm, EarlyStop, RestoreBest, Seed, Holdout, Label,
        SampleWeight, Task, Standardize,
    ];

    /// <summary>What decides which samples there are.</summary>
    internal static IReadOnlyList<Setting> OfData { get; } = [Data, Holdout, Label, SampleWeight, Task, Standardize];

    /// <summary>What is said of how a job learns where it is not the default.</summary>
    internal static IReadOnlyList<Setting> OfLearning { get; } =
        [Loss, Reduction, Schedule, Warmup, L1, L2, WeightDecay, ClipValue, ClipNorm, EarlyStop];

    private static string? NotDefault<T>(T value, T byDefault)
        where T : struct, IFormattable =>
        value.Equals(byDefault) ? null : value.ToString(null, CultureInfo.InvariantCulture);

    private static TrainRequest With(TrainRequest request, Func<Job, Job> change) =>
        request with { Job = change(request.Job) };
}
