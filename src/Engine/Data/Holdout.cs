using Distributed.Engine.Errors;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Data;

/// <summary>Cuts one data set into a part that trains and a part that is held out.</summary>
/// <remarks>The held-out part is the beginning of the set's shuffled order, a function of the seed alone.</remarks>
internal static class Holdout
{
    internal const double FractionDefault = 0.2;

    /// <summary>What is wrong with the fraction; null where it is absent or strictly between 0 and 1.</summary>
    internal static string? Problem(double? fraction) => fraction is null or (> 0 and < 1)
        ? null
        : $"--holdout {fraction} is out of range: choose a fraction above 0 and below 1 (default {FractionDefault})";

    /// <summary>Views of both parts; the held-out count is fraction · count, rounded to the nearest.</summary>
    /// <remarks>
    /// Nothing is held out where the options say so. Errors: UserErrorException when either part would be empty.
    /// </remarks>
    internal static DataSplit Split(DataSet whole, DataOptions options)
    {
        if (options.KeepWhole)
        {
            return new DataSplit(whole, test: null);
        }

        var (part, seed) = (options.Holdout ?? FractionDefault, options.Seed);
        var testCount = (int)Math.Round(whole.Count * part, MidpointRounding.AwayFromZero);
        if (testCount == 0 || testCount == whole.Count)
        {
            var empty = testCount == 0 ? "held-out" : "training";
            throw new UserErrorException($"{whole.Name}: --holdout {part} of its {whole.Count} samples leaves no " +
                $"{empty} sample; choose another fraction or bring more samples");
        }
        var order = new Permutation(whole.Count, seed, RandomPurpose.Holdout);
        return new DataSplit(
            new Subset(whole, testCount, whole.Count - testCount, order, whole.Name + ", training"),
            new Subset(whole, 0, testCount, order, whole.Name + ", held out"));
    }
}
