using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Training;

namespace Distributed.Training;

/// <summary>Keeps nothing: for jobs whose result is wanted in memory. Knows the fingerprint all the same.</summary>
public sealed class MemoryJobStore(TrainingState state, JobCursor? from = null) : IJobStore
{
    public JobCursor Newest { get; private set; } = from ?? JobCursor.Start;

    public Task<Saved> Save(JobCursor cursor, long generation)
    {
        if (state.FirstNonFinite() is { } parameter)
        {
            throw new NonFiniteStateException(parameter);
        }

        if (cursor.HasBest && cursor != Newest)
        {
            state.SwapBest();
        }

        Newest = cursor;
        return Task.FromResult(new Saved("", state.Fingerprint()));
    }
}
