using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>What stands behind the control link, played by a test.</summary>
internal sealed class PlayedJobs : IJobControl
{
    /// <summary>Cancelled calls, by name, as they are noticed.</summary>
    internal ConcurrentQueue<string> GivenUp { get; } = new();

    internal Channel<string> GivenUpSignal { get; } = Channel.CreateUnbounded<string>();

    internal Channel<JobUpdate> Updates { get; } = Channel.CreateUnbounded<JobUpdate>();

    internal Channel<JobAssignment> Assignments { get; } = Channel.CreateUnbounded<JobAssignment>();

    internal JobStatus Now { get; set; } = new() { State = JobState.NoJob, Reason = "nothing was submitted" };

    public string? CurrentJobId { get; set; } = "job-1";

    public bool IsReady { get; set; } = true;

    public Task<SubmitJobReply> SubmitAsync(SubmitJobRequest request, CancellationToken cancellation) =>
        request.JobYaml switch
        {
            "" => throw new ControlException(ControlStatus.InvalidArgument, "the job is empty: 100 % — of nothing\n"),
            "defect" => throw new InvalidOperationException("secret details"),
            _ => Task.FromResult(new SubmitJobReply { JobId = "job-1", RunDir = request.RunDir }),
        };

    public Task<JobStatus> StatusAsync(CancellationToken cancellation) => Task.FromResult(Now);

    public IAsyncEnumerable<JobUpdate> WatchAsync(CancellationToken cancellation) =>
        ReadAsync("watch", Updates.Reader, cancellation);

    public Task<StopJobReply> StopAsync(StopJobRequest request, CancellationToken cancellation) =>
        Task.FromResult(new StopJobReply { JobId = request.Reason, Step = 41 });

    /// <summary>Never done: for deadlines and cancellation.</summary>
    public async Task<CheckpointReply> CheckpointAsync(CancellationToken cancellation)
    {
        var never = new TaskCompletionSource<CheckpointReply>();
        try
        {
            return await never.Task.WaitAsync(cancellation);
        }
        finally
        {
            GivenUp.Enqueue("checkpoint");
            GivenUpSignal.Writer.TryWrite("checkpoint");
        }
    }

    public IAsyncEnumerable<JobAssignment> AwaitJobAsync(
        AwaitJobRequest request, CancellationToken cancellation) =>
        ReadAsync("await", Assignments.Reader, cancellation);

    private async IAsyncEnumerable<T> ReadAsync<T>(
        string name, ChannelReader<T> reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var item in reader.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            GivenUpSignal.Writer.TryWrite(name);
        }
    }
}
