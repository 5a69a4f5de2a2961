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
        "linear, mlp:WIDTHS (hidden layers with ReLU), or, for images, cnn, lenet5, resnet:BLOCKS (per stage). Default "
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
        $"sgd or momentum (heavy ball, 0.9). Default {Defaults.Optimizer}.", "",
        (request, value) => With(request, job => job with { Optimizer = (string)value }),
        request => request.Job.Optimizer);

    internal static Setting LearningRate { get; } = new(
        "learning-rate", "R", ValueKind.Single,
        $"Per step, above 0. Default {Defaults.LearningRate.ToString(CultureInfo.InvariantCulture)}.",
        $"choose a number above 0 (default {Defaults.LearningRate.ToString(CultureInfo.InvariantCulture)})",
        (request, value) => With(request, job => job with { LearningRate = (float)value }),
        request => request.Job.LearningRate.ToString("R", CultureInfo.InvariantCulture));

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
        Data, Model, Workers, Epochs, BatchSize, MicrobatchSize, Optimizer, LearningRate, Seed, Holdout, Label, Task,
        Standardize,
    ];

    /// <summary>What decides which samples there are.</summary>
    internal static IReadOnlyList<Setting> OfData { get; } = [Data, Holdout, Label, Task, Standardize];

    private static TrainRequest With(TrainRequest request, Func<Job, Job> change) =>
        request with { Job = change(request.Job) };
}
