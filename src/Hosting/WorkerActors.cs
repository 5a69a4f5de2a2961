using Distributed.Cluster.Links;
using Distributed.Worker;
using Microsoft.Extensions.Logging;

namespace Distributed.Hosting;

/// <summary>The actors of one job in a worker process: the worker, and who finds its coordinator.</summary>
internal sealed class WorkerActors : ReceiveActor
{
    /// <summary>How long a worker that leaves waits for others to take over, or for a coordinator to ask.</summary>
    private static readonly TimeSpan LeavingMax = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource<string> _ended;
    private readonly Func<IActorRef, Props> _worker;
    private readonly Props _finder;
    private Exception? _failure;

    /// <param name="finder">The dialer.</param>
    /// <param name="worker">Makes the worker for its finder.</param>
    /// <param name="ended">Gets why it ended: the job is over, or the worker has left.</param>
    public WorkerActors(Props finder, Func<IActorRef, Props> worker, TaskCompletionSource<string> ended)
    {
        (_finder, _worker, _ended) = (finder, worker, ended);
        Receive<Terminated>(_ => OnEnd());
        Receive<LeaveJob>(leave => Context.Child("worker").Forward(leave));
    }

    /// <summary>Takes part in a job until it is over or this worker has left it.</summary>
    /// <param name="leave">Ask to leave; others take over what this worker holds first.</param>
    internal static async Task<string> RunAsync(
        WorkerOptions worker, IShardWork work, IControlDialer dialer, WorkerHostOptions options, ILoggerFactory logs,
        CancellationToken leave)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var system = ActorRuntime.Start("worker", new ActorRuntimeOptions { LoggerFactory = logs });
        try
        {
            var (links, clock, target) = (options.Links, options.Clock, options.Join.ToString());
            var finder = Props.Create(() => new Dialer(dialer, target, links, clock));
            Func<IActorRef, Props> make = found => Props.Create(() => new WorkerActor(worker, found, work));
            var actors = system.ActorOf(Props.Create(() => new WorkerActors(finder, make, ended)), "job");
            await using var patience = clock.CreateTimer(
                _ => ended.TrySetResult("this worker left without a coordinator's word"), null,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            using var leaving = leave.Register(() =>
            {
                actors.Tell(new LeaveJob());
                patience.Change(LeavingMax, Timeout.InfiniteTimeSpan);
            });
            return await ended.Task;
        }
        finally
        {
            await system.Terminate();
        }
    }

    protected override void PreStart()
    {
        var finder = Context.ActorOf(_finder, "dialer");
        Context.Watch(Context.ActorOf(_worker(finder), "worker"));
    }

    /// <summary>A worker that failed does not know what it holds: the process starts anew.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _failure ??= error;
        return Directive.Stop;
    });

    private void OnEnd()
    {
        if (_failure is { } failure)
        {
            _ended.TrySetException(failure);
        }
        else
        {
            _ended.TrySetResult("it has ended, or this worker is not needed any more");
        }
    }
}
