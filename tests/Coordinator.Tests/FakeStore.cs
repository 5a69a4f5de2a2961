using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>A store that keeps cursors only, and fails when it is told to.</summary>
internal sealed class FakeStore : IJobStore
{
    internal List<JobCursor> Saved { get; } = [];

    internal Exception? Failure { get; set; }

    internal string? NonFinite { get; set; }

    /// <summary>What members of a forming generation are given.</summary>
    internal List<(Form Form, IReadOnlyList<Transfer> Transfers)> Served { get; } = [];

    public string Address { get; set; } = "";

    public JobCursor Newest { get; set; } = JobCursor.Start;

    public Task<Saved> Save(JobCursor cursor, long generation)
    {
        if (NonFinite is not null)
        {
            throw new NonFiniteStateException(NonFinite);
        }

        if (Failure is not null)
        {
            return Task.FromException<Saved>(Failure);
        }

        Saved.Add(cursor);
        Newest = cursor;
        return Task.FromResult(new Saved($"checkpoint of {cursor.Step}", $"fingerprint of {cursor.Step}"));
    }

    public Task Serve(Form form, IReadOnlyList<Transfer> transfers)
    {
        Served.Add((form, transfers));
        return Task.CompletedTask;
    }
}
