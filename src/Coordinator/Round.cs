namespace Distributed.Coordinator;

/// <summary>The answers to one plan, by rank.</summary>
internal sealed class Round(int workers)
{
    private readonly object?[] _reports = new object?[workers];
    private readonly bool[] _failed = new bool[workers];

    /// <summary>The answers; complete once <see cref="Add"/> has returned true.</summary>
    internal IEnumerable<object> Reports => _reports.OfType<object>();

    /// <summary>Ranks that have not answered.</summary>
    internal IEnumerable<int> Missing =>
        Enumerable.Range(0, workers).Where(rank => _reports[rank] is null && !_failed[rank]);

    /// <summary>Takes an answer; true when it is the last one.</summary>
    internal bool Add(int rank, object report)
    {
        _reports[rank] = report;
        return _reports.All(answer => answer is not null);
    }

    /// <summary>Takes a failure; true when no other answer is to be waited for.</summary>
    internal bool AddFailure(int rank)
    {
        _failed[rank] = true;
        return !Missing.Any();
    }
}
