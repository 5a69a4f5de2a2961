namespace Distributed.Engine.Data;

/// <summary>What a label column asks to predict, and its targets.</summary>
/// <remarks>
/// Without --task: when the first row's label is no number, all labels are names of classes. When the labels are whole
/// numbers from 0, at most 50 different ones, each met twice on average and the largest below twice their count,
/// they are class indices as they stand. Otherwise it is regression.
/// --task classification: whole numbers from 0 are class indices as they stand, anything else are names.
/// Names become indices in ordinal order of the sorted distinct names. There are 10,000 classes at most.
/// --task regression: every label must be a finite number.
/// </remarks>
internal sealed record CsvTargets(float[] Values, int ClassCount, IReadOnlyList<string>? ClassNames)
{
    private const int ClassCountMax = 10_000;
    private const int GuessedClassesMax = 50;

    /// <summary>Decides the task, unless it is given, and computes the targets, [rows].</summary>
    /// <remarks>Errors: UserErrorException naming file, line and label column.</remarks>
    internal static CsvTargets Of(CsvTable table, TaskKind? task)
    {
        var firstEmpty = table.Labels.FindIndex(label => label.Length == 0);
        if (firstEmpty >= 0)
        {
            throw table.Wrong(firstEmpty, "is empty; fill it in or delete the row");
        }

        var indices = AsIndices(table.Labels);
        if (task == TaskKind.Regression)
        {
            return OfNumbers(table, "; choose --task classification if labels are names");
        }

        if (task == TaskKind.Classification)
        {
            return indices is null ? OfNames(table) : OfIndices(table, indices);
        }

        if (!CsvNumber.IsNumber(table.Labels[0]))
        {
            return OfNames(table);
        }

        return indices is not null && LooksLikeClasses(indices)
            ? OfIndices(table, indices)
            : OfNumbers(table, "; choose --task classification if labels are names");
    }

    private static CsvTargets OfNumbers(CsvTable table, string hint)
    {
        var values = new float[table.Labels.Count];
        for (var row = 0; row < values.Length; row++)
        {
            var wrong = CsvNumber.Parse(table.Labels[row], out values[row]);
            if (wrong is not null)
            {
                throw table.Wrong(row, wrong + (CsvNumber.IsNumber(table.Labels[row]) ? "" : hint));
            }
        }
        return new CsvTargets(values, 0, null);
    }

    private static CsvTargets OfIndices(CsvTable table, long[] indices)
    {
        var outside = Array.FindIndex(indices, index => index >= ClassCountMax);
        if (outside >= 0)
        {
            throw table.Wrong(outside, $"is class {indices[outside]}, beyond the largest class {ClassCountMax - 1}; " +
                "number the classes from 0, or choose --task regression");
        }

        return new CsvTargets([.. indices.Select(index => (float)index)], (int)indices.Max() + 1, null);
    }

    private static CsvTargets OfNames(CsvTable table)
    {
        var names = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < table.Labels.Count; row++)
        {
            if (names.TryAdd(table.Labels[row], 0) && names.Count > ClassCountMax)
            {
                throw table.Wrong(row, $"holds the {ClassCountMax + 1}th class name, {ClassCountMax} are the most; " +
                    "choose another --label or --task regression");
            }
        }
        string[] sorted = [.. names.Keys];
        for (var index = 0; index < sorted.Length; index++)
        {
            names[sorted[index]] = index;
        }

        return new CsvTargets([.. table.Labels.Select(label => (float)names[label])], sorted.Length, sorted);
    }

    /// <summary>The labels as whole numbers from 0; null when one of them is anything else.</summary>
    private static long[]? AsIndices(List<string> labels)
    {
        var indices = new long[labels.Count];
        for (var row = 0; row < indices.Length; row++)
        {
            if (CsvNumber.Parse(labels[row], out var value) is not null || value < 0 || value != MathF.Floor(value))
            {
                return null;
            }

            indices[row] = (long)Math.Min(value, int.MaxValue);
        }
        return indices;
    }

    private static bool LooksLikeClasses(long[] indices)
    {
        var distinct = indices.Distinct().Count();
        return distinct is >= 2 and <= GuessedClassesMax && 2 * distinct <= indices.Length
            && indices.Max() < 2 * distinct;
    }
}
