namespace Distributed.Engine.Data;

/// <summary>What to train on and what is held out to test with; Test is null when nothing is held out.</summary>
/// <remarks>Both parts have the same sample shape, task and classes, and neither is empty.</remarks>
public sealed record DataSplit
{
    /// <summary>Pairs the parts.</summary>
    /// <remarks>Errors: ArgumentException when a part is empty or the parts differ in kind.</remarks>
    public DataSplit(DataSet train, DataSet? test)
    {
        if (train.Count == 0 || test?.Count == 0)
        {
            throw new ArgumentException("a part of a split has no samples; pass null for no test part");
        }

        if (test is not null && (!train.SampleShape.SequenceEqual(test.SampleShape) || train.Task != test.Task
            || train.ClassCount != test.ClassCount || train.TargetWidth != test.TargetWidth))
        {
            throw new ArgumentException($"{train.Name} and {test.Name} differ in shape, task or classes");
        }

        Train = train;
        Test = test;
    }

    /// <summary>The samples that train.</summary>
    public DataSet Train { get; }

    /// <summary>The samples that are held out; null for none.</summary>
    public DataSet? Test { get; }

    /// <summary>How the features were standardised; null where they were not.</summary>
    public Standardization? Standardization { get; init; }

    /// <summary>Both parts at once: var (train, test) = split.</summary>
    public void Deconstruct(out DataSet train, out DataSet? test) => (train, test) = (Train, Test);
}
