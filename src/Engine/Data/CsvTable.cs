using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>A whole table in memory: features as numbers, labels as they are written.</summary>
/// <remarks>
/// Shapes: features are [rows, FeatureCount] row-major in the file's order; labels, lines and weights, which are null
/// where all rows count alike, are [rows].
/// </remarks>
internal sealed record CsvTable(
    CsvLayout Layout, float[] Features, List<string> Labels, List<long> Lines, float[]? Weights)
{
    /// <summary>Reads the table; every row has as many fields as the first.</summary>
    /// <remarks>Errors: UserErrorException naming file, line and column.</remarks>
    internal static CsvTable Read(string path, DataOptions options)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw new UserErrorException($"{path}: there is no such file; --data csv:FILE needs a " +
                    "table of numbers");
            }

            return ReadRows(CsvLayout.Read(path, options));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read; check that it is a file and its rights");
        }
    }

    /// <summary>An error in one field.</summary>
    internal UserErrorException Wrong(int row, string what) => Wrong(Layout, Lines[row], Layout.LabelColumn, what);

    private static CsvTable ReadRows(CsvLayout layout)
    {
        using var reader = new CsvReader(layout.Path, layout.Separator);
        var features = new List<float>();
        var labels = new List<string>();
        var lines = new List<long>();
        var weights = new List<float>();
        if (layout.HasHeader)
        {
            reader.ReadRow();
        }

        while (reader.ReadRow())
        {
            if (reader.FieldCount != layout.ColumnCount)
            {
                throw new UserErrorException($"{layout.Path}: line {reader.Line} has {reader.FieldCount} fields, " +
                    $"line 1 has {layout.ColumnCount}; give every row the same columns");
            }

            if (features.Count > Array.MaxLength - layout.ColumnCount)
            {
                throw new UserErrorException($"{layout.Path}: line {reader.Line} passes the {Array.MaxLength} " +
                    "numbers that fit in memory at once; split the file");
            }

            ReadFeatures(reader, layout, features);
            weights.AddRange(layout.WeightColumn is { } column ? [ReadWeight(reader, layout, column)] : []);
            labels.Add(reader.Field(layout.LabelColumn).Trim().ToString());
            lines.Add(reader.Line);
        }
        if (layout.WeightColumn is { } weighed && weights.TrueForAll(weight => weight == 0))
        {
            throw new UserErrorException(
                $"{layout.Path}: {layout.Describe(weighed)} is 0 in every row, so no row counts; choose another "
                + "--sample-weight or leave it out");
        }

        return new CsvTable(
            layout, [.. features], labels, lines, layout.WeightColumn is null ? null : [.. weights]);
    }

    private static float ReadWeight(CsvReader reader, CsvLayout layout, int column)
    {
        var wrong = CsvNumber.Parse(reader.Field(column), out var weight);
        return wrong is not null ? throw Wrong(layout, reader.Line, column, wrong)
            : weight < 0 ? throw Wrong(
                layout, reader.Line, column,
                $"is {weight}; a sample's weight is 0 or more, so change it or delete the row")
            : weight;
    }

    private static void ReadFeatures(CsvReader reader, CsvLayout layout, List<float> features)
    {
        for (var column = 0; column < layout.ColumnCount; column++)
        {
            if (column == layout.LabelColumn || column == layout.WeightColumn)
            {
                continue;
            }

            var wrong = CsvNumber.Parse(reader.Field(column), out var value);
            if (wrong is not null)
            {
                throw Wrong(layout, reader.Line, column, wrong);
            }

            features.Add(value);
        }
    }

    private static UserErrorException Wrong(CsvLayout layout, long line, int column, string what) =>
        new($"{layout.Path}: line {line}, {layout.Describe(column)} {what}");
}
