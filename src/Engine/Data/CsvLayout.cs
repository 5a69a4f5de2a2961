using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>What the first two rows say about a table: separator, header, column names, label column.</summary>
/// <remarks>
/// Separator: the one of comma, semicolon and tab that stands in the first line outside quotes.
/// Label: the column that --label names; digits alone are an index from 0; without --label the last column that is
/// not the weights'.
/// Header: the first row is one when a field other than the label's is a name: neither a number, nor blank, nor a
/// mark for a missing number such as ? or NA. When only its label is a name, it is one exactly if the second row's
/// label is a number: otherwise both labels are names of classes. A column that --label names makes it one, too.
/// Weights: the column that --sample-weight names, likewise; none without it.
/// </remarks>
internal sealed record CsvLayout(
    string Path, char Separator, bool HasHeader, string[] Names, int LabelColumn, int? WeightColumn)
{
    private static readonly (char Character, string Name)[] Separators =
        [(',', "comma"), (';', "semicolon"), ('\t', "tab")];

    internal int ColumnCount => Names.Length;

    /// <summary>Columns that are neither label nor weight.</summary>
    internal int FeatureCount => ColumnCount - (WeightColumn is null ? 1 : 2);

    /// <summary>Reads the layout off the file.</summary>
    internal static CsvLayout Read(string path, DataOptions options)
    {
        var separator = FindSeparator(path);
        using var reader = new CsvReader(path, separator);
        reader.ReadRow();
        var first = reader.ToStrings();
        var second = reader.ReadRow() ? reader.ToStrings() : [];
        var weightColumn = options.SampleWeight is { } weight
            ? FindColumn(path, "--sample-weight", weight, first) : (int?)null;
        var labelColumn = options.Label is { } label ? FindColumn(path, "--label", label, first)
            : weightColumn == first.Length - 1 ? first.Length - 2
            : first.Length - 1;
        CheckWeights(path, options, first.Length, labelColumn, weightColumn);
        var isNamed = IsName(options.Label) || IsName(options.SampleWeight);
        var hasHeader = isNamed || IsHeader(first, second, labelColumn);
        if (hasHeader && second.Length == 0)
        {
            throw new UserErrorException($"{path}: holds a header and no rows; bring a table with rows");
        }

        string[] names = [.. first.Select(name => hasHeader ? OnOneLine(name) : "")];
        return new CsvLayout(path, separator, hasHeader, names, labelColumn, weightColumn);
    }

    private static void CheckWeights(string path, DataOptions options, int columns, int label, int? weight)
    {
        if (weight == label)
        {
            throw new UserErrorException($"--sample-weight {options.SampleWeight} is the column of {path} to predict, "
                + "too: choose another --label or another --sample-weight");
        }

        if (weight is not null && columns < 3)
        {
            throw new UserErrorException($"--sample-weight {options.SampleWeight} leaves {path} no feature: a table "
                + "needs a feature column beside label and weight");
        }
    }

    /// <summary>A column for people: its number from 1, and its name where it has one.</summary>
    internal string Describe(int column) =>
        Names[column].Length == 0 ? $"column {column + 1}" : $"column {column + 1} ({Names[column]})";

    private static char FindSeparator(string path)
    {
        var isQuoted = false;
        var seen = new SortedSet<int>();
        // A quoted field may go on over several lines, so the first row ends at the first line end outside quotes.
        foreach (var line in File.ReadLines(path))
        {
            foreach (var character in line)
            {
                isQuoted ^= character == '"';
                var known = Array.FindIndex(Separators, separator => separator.Character == character);
                if (known >= 0 && !isQuoted)
                {
                    seen.Add(known);
                }
            }
            if (!isQuoted)
            {
                break;
            }
        }
        if (seen.Count == 0)
        {
            throw new UserErrorException(new FileInfo(path).Length == 0
                ? $"{path}: is empty; bring a table of numbers"
                : $"{path}: line 1 holds no comma, semicolon or tab; a table needs a feature and a label column");
        }

        if (seen.Count > 1)
        {
            throw new UserErrorException($"{path}: line 1 holds both {Separators[seen.Min].Name} and " +
                $"{Separators[seen.Max].Name}; keep one separator, or quote the fields that hold the other");
        }

        return Separators[seen.Min].Character;
    }

    private static int FindColumn(string path, string option, string asked, string[] first)
    {
        if (!IsName(asked))
        {
            return int.TryParse(asked, out var index) && index < first.Length ? index
                : throw new UserErrorException($"{option} {asked} is no column of {path}: choose an index from 0 to " +
                    $"{first.Length - 1} or a column's name{(option == "--label" ? " (default the last)" : "")}");
        }
        var found = Array.IndexOf(first, asked);
        if (found >= 0 && Array.LastIndexOf(first, asked) != found)
        {
            throw new UserErrorException($"{option} {asked} names columns {found + 1} and " +
                $"{Array.LastIndexOf(first, asked) + 1} of {path}; give the index from 0 of the one you mean");
        }

        if (found >= 0)
        {
            return found;
        }

        if (first.All(CsvNumber.IsNumber))
        {
            throw new UserErrorException($"{option} {asked} is no column of {path}, which has no header; choose an " +
                $"index from 0 to {first.Length - 1}");
        }

        var near = NearestName.Of(asked, first);
        var meant = near is null ? "" : $"did you mean {near}? ";
        throw new UserErrorException($"{option} {asked} is no column of {path}: {meant}choose " +
            string.Join(", ", first.Take(20).Select(OnOneLine)) + (first.Length > 20 ? ", …" : ""));
    }

    private static bool IsHeader(string[] first, string[] second, int labelColumn)
    {
        for (var column = 0; column < first.Length; column++)
        {
            if (column != labelColumn && CsvNumber.IsName(first[column]))
            {
                return true;
            }
        }
        return CsvNumber.IsName(first[labelColumn])
            && second.Length > labelColumn && CsvNumber.IsNumber(second[labelColumn]);
    }

    private static string OnOneLine(string name) => name.ReplaceLineEndings(" ");

    /// <summary>Whether a column was asked for by name: digits alone are an index.</summary>
    private static bool IsName(string? column) =>
        column is not null && (column.Length == 0 || !column.All(char.IsAsciiDigit));
}
