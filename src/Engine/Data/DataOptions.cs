namespace Distributed.Engine.Data;

/// <summary>Which data to train on, as the command line says it.</summary>
public sealed record DataOptions
{
    /// <summary>--data: `digits` (generated, the default), `idx:DIR` or `csv:FILE`.</summary>
    public string Source { get; init; } = "digits";

    /// <summary>Decides the generated digits and which samples are held out. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>--holdout: the fraction held out, above 0 and below 1.</summary>
    /// <remarks>Default 0.2 where one file or pair of files has to be split. With idx:DIR that has both pairs and no
    /// holdout, the test files are held out; with a holdout, that part of the training files is held out and
    /// the test files stay unread, for a last evaluation. Does not apply to digits.</remarks>
    public double? Holdout { get; init; }

    /// <summary>--label: the column to predict, by its name or its index from 0. csv only; default the last.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// --sample-weight: the column that says how much a row counts, by its name or its index from 0. csv only; without
    /// it all rows count alike.
    /// </summary>
    public string? SampleWeight { get; init; }

    /// <summary>--task: classification or regression. csv only; by default it is read off the label column.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>--standardize: every feature column to mean 0 and deviation 1 on the training part. csv only.</summary>
    public bool Standardize { get; init; }

    /// <summary>
    /// The standardisation of the data a model was trained on, to be used in place of this data's own.
    /// </summary>
    public Standardization? Standardization { get; init; }

    /// <summary>True to hold nothing out of data that would have to be split; for measuring a trained model.</summary>
    public bool KeepWhole { get; init; }

    /// <summary>--train-count: training digits. digits only; default 20,000.</summary>
    public int? TrainCount { get; init; }

    /// <summary>--test-count: held-out digits, 0 for none. digits only; default 4,000.</summary>
    public int? TestCount { get; init; }
}
