using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>A table of numbers, split into a training and a held-out part.</summary>
/// <remarks>
/// Features are all columns but the label's and the weights', in their order. Regression targets are never
/// standardised: losses and predictions stay in the label's own unit.
/// </remarks>
internal static class CsvSource
{
    internal static DataSplit Load(string file, DataOptions options)
    {
        var table = CsvTable.Read(file, options);
        var targets = CsvTargets.Of(table, options.Task);
        var whole = new TableSet(file, table.Layout.FeatureCount, table.Features, targets.Values,
            targets.ClassCount, targets.ClassNames, table.Weights);
        var split = Holdout.Split(whole, options);
        if (!options.Standardize)
        {
            return split;
        }

        var standardization = options.Standardization ?? Standardization.Of(split.Train);
        if (standardization.Means.Count != whole.FeatureCount)
        {
            throw new UserErrorException($"{file}: {whole.FeatureCount} feature columns, the model was trained on "
                + $"{standardization.Means.Count}; give a table like the one it was trained on");
        }

        return new DataSplit(
            standardization.Apply(split.Train),
            split.Test is null ? null : standardization.Apply(split.Test))
        { Standardization = standardization };
    }
}
