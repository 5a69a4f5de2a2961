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
    /// <remarks>Errors: UserErrorException, one line, for an unknown source, an option that does not apply to the
    /// source or is out of range, and anything wrong in a file.</remarks>
    public static DataSplit Load(DataOptions options)
    {
        if (options.Source == "digits")
        {
            return LoadDigits(options);
        }

        if (options.Source.StartsWith(IdxPrefix, StringComparison.Ordinal))
        {
            return LoadIdx(options, options.Source[IdxPrefix.Length..]);
        }

        if (options.Source.StartsWith(CsvPrefix, StringComparison.Ordinal))
        {
            return LoadCsv(options, options.Source[CsvPrefix.Length..]);
        }

        throw new UserErrorException(UnknownSource(options.Source));
    }

    private static DataSplit LoadDigits(DataOptions options)
    {
        RefuseTableOptions(options, "digits", "digits always come with their class");
        if (options.Holdout is not null)
        {
            throw DoesNotApply("--holdout", "digits", "the held-out digits are drawn apart; set --test-count");
        }

        var trainCount = InRange("--train-count", options.TrainCount, 1, DigitGenerator.TrainCountDefault);
        var testCount = InRange("--test-count", options.TestCount, 0, DigitGenerator.TestCountDefault);
        return new DataSplit(
            DigitGenerator.Generate(options.Seed, DigitPart.Train, trainCount),
            testCount == 0 ? null : DigitGenerator.Generate(options.Seed, DigitPart.Test, testCount));
    }

    private static DataSplit LoadIdx(DataOptions options, string folder)
    {
        RefuseTableOptions(options, "idx:DIR", "the label files say what to predict");
        RefuseCounts(options, "idx:DIR");
        Holdout.Check(options.Holdout);
        if (folder.Length == 0)
        {
            throw new UserErrorException("--data idx: names no folder; write idx:DIR, the folder of the IDX files");
        }

        return IdxSource.Load(folder, options);
    }

    private static DataSplit LoadCsv(DataOptions options, string file)
    {
        RefuseCounts(options, "csv:FILE");
        Holdout.Check(options.Holdout);
        if (file.Length == 0)
        {
            throw new UserErrorException("--data csv: names no file; write csv:FILE, a table of numbers");
        }

        return CsvSource.Load(file, options);
    }

    private static void RefuseTableOptions(DataOptions options, string source, string reason)
    {
        if (options.Label is not null)
        {
            throw DoesNotApply("--label", source, reason);
        }

        if (options.Task is not null)
        {
            throw DoesNotApply("--task", source, reason);
        }

        if (options.Standardize)
        {
            throw DoesNotApply("--standardize", source, "pixels are already scaled to 0 to 1");
        }
    }

    private static void RefuseCounts(DataOptions options, string source)
    {
        if (options.TrainCount is not null)
        {
            throw DoesNotApply("--train-count", source, "all samples of the files are used");
        }

        if (options.TestCount is not null)
        {
            throw DoesNotApply("--test-count", source, "set --holdout, the fraction held out");
        }
    }

    private static UserErrorException DoesNotApply(string option, string source, string reason) =>
        new($"{option} does not apply to --data {source}: {reason}; leave {option} out");

    private static int InRange(string option, int? value, int least, int byDefault)
    {
        if (value < least || value > GeneratedCountMax)
        {
            throw new UserErrorException($"{option} {value} is out of range: choose {least} to " +
                $"{GeneratedCountMax} (default {byDefault})");
        }

        return value ?? byDefault;
    }

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
