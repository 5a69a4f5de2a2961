namespace Distributed.Engine.Data;

/// <summary>Moves every feature column to mean 0 and deviation 1, as measured on a training part.</summary>
/// <remarks>
/// Mean and population deviation are sums in double in the order of the samples, so they are the same everywhere.
/// A column that is constant on the training part becomes 0 in every part, whatever it holds there.
/// </remarks>
internal sealed class Standardizer
{
    private readonly double[] _means;
    private readonly double[] _deviations;

    /// <summary>Measures the columns of a set with at least one sample.</summary>
    internal Standardizer(DataSet train)
    {
        var columns = train.FeatureCount;
        _means = new double[columns];
        _deviations = new double[columns];
        var row = new float[columns];
        var first = new float[columns];
        var varies = new bool[columns];
        train.ReadFeatures(0, first);
        for (var sample = 0; sample < train.Count; sample++)
        {
            train.ReadFeatures(sample, row);
            for (var column = 0; column < columns; column++)
            {
                _means[column] += row[column];
                varies[column] |= row[column] != first[column];
            }
        }
        for (var column = 0; column < columns; column++)
            _means[column] /= train.Count;
        for (var sample = 0; sample < train.Count; sample++)
        {
            train.ReadFeatures(sample, row);
            for (var column = 0; column < columns; column++)
                _deviations[column] += (row[column] - _means[column]) * (row[column] - _means[column]);
        }
        // Rounding of the mean may leave a constant column a tiny deviation: what does not vary is 0 exactly.
        for (var column = 0; column < columns; column++)
            _deviations[column] = varies[column] ? Math.Sqrt(_deviations[column] / train.Count) : 0;
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
                row[column] = _deviations[column] > 0
                    ? (float)((row[column] - _means[column]) / _deviations[column])
                    : 0;
        }
        return new TableSet(set.Name, columns, features, targets, set.ClassCount, set.ClassNames);
    }
}
