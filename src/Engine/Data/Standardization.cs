namespace Distributed.Engine.Data;

/// <summary>Moves every feature column to mean 0 and deviation 1, as measured on a training part.</summary>
/// <remarks>
/// Mean and population deviation are sums in double in the order of the samples, so they are the same everywhere.
/// A column that is constant on the training part (deviation 0) becomes 0 in every part, whatever it holds there.
/// Shapes: both are [columns].
/// </remarks>
public sealed record Standardization(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations)
{
    /// <summary>Measures the columns of a set with at least one sample.</summary>
    internal static Standardization Of(DataSet train)
    {
        var columns = train.FeatureCount;
        var means = new double[columns];
        var deviations = new double[columns];
        var row = new float[columns];
        var first = new float[columns];
        var varies = new bool[columns];
        train.ReadFeatures(0, first);
        for (var sample = 0; sample < train.Count; sample++)
        {
            train.ReadFeatures(sample, row);
            for (var column = 0; column < columns; column++)
            {
                means[column] += row[column];
                varies[column] |= row[column] != first[column];
            }
        }
        for (var column = 0; column < columns; column++)
        {
            means[column] /= train.Count;
        }

        for (var sample = 0; sample < train.Count; sample++)
        {
            train.ReadFeatures(sample, row);
            for (var column = 0; column < columns; column++)
            {
                deviations[column] += (row[column] - means[column]) * (row[column] - means[column]);
            }
        }
        // Rounding of the mean may leave a constant column a tiny deviation: what does not vary is 0 exactly.
        for (var column = 0; column < columns; column++)
        {
            deviations[column] = varies[column] ? Math.Sqrt(deviations[column] / train.Count) : 0;
        }

        return new Standardization(means, deviations);
    }

    /// <summary>A standardised copy of a set.</summary>
    internal TableSet Apply(DataSet set)
    {
        var columns = set.FeatureCount;
        var features = new float[set.Count * columns];
        var targets = new float[set.Count];
        for (var sample = 0; sample < set.Count; sample++)
        {
            var row = features.AsSpan(sample * columns, columns);
            set.ReadFeatures(sample, row);
            set.ReadTarget(sample, targets.AsSpan(sample, 1));
            for (var column = 0; column < columns; column++)
            {
                row[column] = Deviations[column] > 0
                    ? (float)((row[column] - Means[column]) / Deviations[column])
                    : 0;
            }
        }
        var weights = set.HasWeights ? Enumerable.Range(0, set.Count).Select(set.Weight).ToArray() : null;
        return new TableSet(set.Name, columns, features, targets, set.ClassCount, set.ClassNames, weights);
    }
}
