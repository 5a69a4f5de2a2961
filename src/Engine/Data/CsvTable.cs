using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>A whole table in memory: features as numbers, labels as they are written.</summary>
/// <remarks>Shapes: features are [rows, columns − 1] row-major in the file's order; labels and lines are
/// [rows].</remarks>
internal sealed record CsvTable(CsvLayout Layout, float[] Features, List<string> Labels, List<long> Lines)
{
    /// <summary>Reads the table; every row has as many fields as the first.</summary>
    /// <remarks>Errors: UserErrorException naming file, line and column.</remarks>
    internal static CsvTable Read(string path, string? label)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw new UserErrorException($"{path}: there is no such file; --data csv:FILE needs a " +
                    "table of numbers");
            }

            return ReadRows(CsvLayout.Read(path, label));
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
            labels.Add(reader.Field(layout.LabelColumn).Trim().ToString());
            lines.Add(reader.Line);
        }
        return new CsvTable(layout, [.. features], labels, lines);
    }

    private static void ReadFeatures(CsvReader reader, CsvLayout layout, List<float> features)
    {
        for (var column = 0; column < layout.ColumnCount; column++)
        {
            if (column == layout.LabelColumn)
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
