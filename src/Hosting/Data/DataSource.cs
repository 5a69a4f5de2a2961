using System.Text.Json;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Training.Runs;

namespace Distributed.Hosting.Data;

/// <summary>Gets a job's data to a worker: from its own files, from the cache, or from the coordinator.</summary>
/// <remarks>What counts is the identity: files of the same name with other contents are not used.</remarks>
internal sealed class DataSource(IDataLink link, DataCache cache, TimeProvider clock, WorkerLog log)
{
    private const int Attempts = 3;

    /// <remarks>Errors: UserErrorException where they cannot be had, naming what was tried.</remarks>
    internal async Task<(Job Job, DataSplit Data)> Load(JobAssignment assignment, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(assignment.JobJson);
        var job = JobDocument.Parse(document.RootElement, $"job {assignment.JobId}").ToJob();
        var identity = assignment.DataSha256;
        var (own, reason) = Own(job, identity);
        var data = own ?? cache.Find(identity, DataIdentity.Of);
        if (data is null)
        {
            log.Fetching(job.Data, reason, assignment.DataAddress);
            data = await Fetch(assignment, job, cancellation);
        }

        return (job, data);
    }

    private static (DataSplit? Data, string Reason) Own(Job job, string identity)
    {
        try
        {
            var data = DataCatalog.Load(job.DataOptions);
            var seen = DataIdentity.Of(data);
            return seen == identity
                ? (data, "")
                : (null, $"those here are others: content hash {seen[..12]}…, needed {identity[..12]}…");
        }
        catch (UserErrorException error)
        {
            return (null, error.Message);
        }
    }

    private async Task<DataSplit> Fetch(JobAssignment assignment, Job job, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var pack = await DataFetch.Run(
                    link, assignment.DataAddress, assignment.DataSha256, clock, cancellation);
                var data = DataPack.Unpack(pack);
                if (DataIdentity.Of(data) != assignment.DataSha256)
                {
                    throw new InvalidDataException("the coordinator sent other data");
                }

                cache.TryKeep(assignment.DataSha256, pack);
                return data;
            }
            catch (Exception error) when (error is IOException or InvalidDataException && attempt >= Attempts)
            {
                throw new UserErrorException(
                    $"the data of the job, --data {job.Data}, are not on this machine and could not be fetched: "
                    + $"{error.Message}; copy them here under the same name, or mend the connection");
            }
            catch (Exception error) when (error is IOException or InvalidDataException)
            {
                log.FetchAgain(job.Data, error.Message);
                await clock.Pause(TimeSpan.FromSeconds(attempt), cancellation);
            }
        }
    }
}
