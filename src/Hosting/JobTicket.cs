using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Training.Runs;

namespace Distributed.Hosting;

/// <summary>A job that can begin: checked, its data loaded, its run directory taken.</summary>
/// <param name="Id">The same for as long as the run directory is: a coordinator that is started again has the same job.
/// </param>
public sealed record JobTicket(string Id, Job Job, DataSplit Data, RunDirectory Directory)
{
    /// <summary>Names the job of a run directory, or finds the name that it has.</summary>
    public static JobTicket Of(Job job, DataSplit data, RunDirectory directory, TimeProvider clock)
    {
        var path = Path.Combine(directory.Path, "job.id");
        if (!File.Exists(path) || File.ReadAllText(path).Trim() is not { Length: > 0 } id)
        {
            var now = clock.GetUtcNow();
            id = $"{now:yyyyMMdd-HHmmss}-{now.Ticks % 0xffffff:x6}-{Environment.ProcessId:x}";
            File.WriteAllText(path, id + "\n");
        }

        return new JobTicket(id, job, data, directory);
    }
}
