using Distributed.Cluster.Messages;
using Distributed.Coordinator;

namespace Distributed.Hosting.Telemetry;

/// <summary>A store whose checkpoints are timed.</summary>
internal sealed class MeasuredStore(IJobStore store, JobTelemetry telemetry) : IJobStore
{
    public string Address => store.Address;

    public JobCursor Newest => store.Newest;

    public Task<Saved> Save(JobCursor cursor, long generation)
    {
        var saving = store.Save(cursor, generation);
        telemetry.OnSaving(cursor.Step, saving);
        return saving;
    }

    public void Abandon() => store.Abandon();

    public Task Serve(Form form, IReadOnlyList<Transfer> transfers) => store.Serve(form, transfers);
}
