using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>From what the command line says to samples that can be read.</summary>
public static class DataCatalog
{
    /// <summary>The forms of --data, for help texts and errors.</summary>
    public const string Choices = "digits, idx:DIR or csv:FILE";

    private const int GeneratedCountMax = 1_000_000;
    private const string IdxPrefix = "idx:";
    private const string CsvPrefix = "csv:";

    /// <summary>Loads or generates the data; equal options and files give equal samples in equal order.</summary>
    /// <remarks>Errors: UserErrorException, one line, for an unknown source and anything wrong in a file; a line for
    /// each option that does not apply to the source or is out of range.</remarks>
    public static DataSplit Load(DataOptions options)
    {
        var (kind, path) = Split(options.Source);
        var problems = kind switch
        {
            "digits" => OfDigits(options),
            "idx" => OfIdx(options, path),
            "csv" => OfCsv(options, path),
            _ => [UnknownSource(options.Source)],
        };
        var told = problems.Where(problem => problem is not null).ToList();
        return told.Count > 0 ? throw new UserErrorException(string.Join('\n', told))
            : kind == "idx" ? IdxSource.Load(path, options)
            : kind == "csv" ? CsvSource.Load(path, options)
            : new DataSplit(
                DigitGenerator.Generate(
                    options.Seed, DigitPart.Train, options.TrainCount ?? DigitGenerator.TrainCountDefault),
                options.TestCount == 0 ? null : DigitGenerator.Generate(
                    options.Seed, DigitPart.Test, options.TestCount ?? DigitGenerator.TestCountDefault));
    }

    private static (string Kind, string Path) Split(string source) =>
        source == "digits" ? (source, "")
        : source.StartsWith(IdxPrefix, StringComparison.Ordinal) ? ("idx", source[IdxPrefix.Length..])
        : source.StartsWith(CsvPrefix, StringComparison.Ordinal) ? ("csv", source[CsvPrefix.Length..])
        : ("", source);

    private static IEnumerable<string?> OfDigits(DataOptions options) =>
    [
        .. TableOptions(options, "digits", "digits always come with their class"),
        options.Holdout is null ? null
            : DoesNotApply("--holdout", "digits", "the held-out digits are drawn apart; set --test-count"),
        OutOfRange("--train-count", options.TrainCount, 1, DigitGenerator.TrainCountDefault),
        OutOfRange("--test-count", options.TestCount, 0, DigitGenerator.TestCountDefault),
    ];

    private static IEnumerable<string?> OfIdx(DataOptions options, string folder) =>
    [
        .. TableOptions(options, "idx:DIR", "the label files say what to predict"),
        .. Counts(options, "idx:DIR"),
        Holdout.Problem(options.Holdout),
        folder.Length > 0 ? null : "--data idx: names no folder; write idx:DIR, the folder of the IDX files",
    ];

    private static IEnumerable<string?> OfCsv(DataOptions options, string file) =>
    [
        .. Counts(options, "csv:FILE"),
        Holdout.Problem(options.Holdout),
        file.Length > 0 ? null : "--data csv: names no file; write csv:FILE, a table of numbers",
    ];

    private static IEnumerable<string?> TableOptions(DataOptions options, string source, string reason) =>
    [
        options.Label is null ? null : DoesNotApply("--label", source, reason),
        options.SampleWeight is null ? null
            : DoesNotApply("--sample-weight", source, "it names a column of a table; all samples count alike here"),
        options.Task is null ? null : DoesNotApply("--task", source, reason),
        options.Standardize
            ? DoesNotApply("--standardize", source, "pixels are already scaled to 0 to 1") : null,
    ];

    private static IEnumerable<string?> Counts(DataOptions options, string source) =>
    [
        options.TrainCount is null ? null
            : DoesNotApply("--train-count", source, "all samples of the files are used"),
        options.TestCount is null ? null
            : DoesNotApply("--test-count", source, "set --holdout, the fraction held out"),
    ];

    private static string DoesNotApply(string option, string source, string reason) =>
        $"{option} does not apply to --data {source}: {reason}; leave {option} out";

    private static string? OutOfRange(string option, int? value, int least, int byDefault) =>
        value < least || value > GeneratedCountMax
            ? $"{option} {value} is out of range: choose {least} to {GeneratedCountMax} (default {byDefault})"
            : null;

    private static string UnknownSource(string source)
    {
        var known = $"choose {Choices}";
        if (Directory.Exists(source))
        {
            return $"--data {source} is a folder without its kind: write idx:{source}, or {known}";
        }

        if (File.Exists(source))
        {
            return $"--data {source} is a file without its kind: write csv:{source}, or {known}";
        }

        var kind = source.Split(':')[0];
        var near = NearestName.Of(kind, ["digits", "idx", "csv"]);
        var meant = near is null ? "" : near == "digits" ? "did you mean digits? " : $"did you mean {near}:? ";
        return $"--data {source} is unknown: {meant}{known}";
    }
}
