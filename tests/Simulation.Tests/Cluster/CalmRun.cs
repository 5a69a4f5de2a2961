using Distributed.Coordinator;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// A run without drawn faults, on links as within one machine, for tests that let certain things happen at certain
/// steps. All monitors watch it.
/// </summary>
internal sealed class CalmRun
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    private readonly List<JobEvent> _events = [];
    private readonly SortedDictionary<long, Action> _at = [];
    private readonly SimulatedJob _job;

    internal CalmRun(
        SimulatedJob job, int workers, ComputeOptions compute,
        Func<CoordinatorOptions, CoordinatorOptions>? adapt = null)
    {
        _job = job;
        Simulator = new Simulator(1, new SimulatorOptions
        {
            Compute = compute,
            Network = new NetworkOptions
            {
                Latency = TimeSpan.FromMicroseconds(100),
                Jitter = TimeSpan.Zero,
                LogsFrames = false,
            },
        });
        Monitors = new Monitors(job);
        Cluster = new SimulatedCluster(Simulator, job, workers, Monitors, adapt);
        (Monitors.Cluster, Monitors.Mischief) = (Cluster, new Mischief(Cluster, []));
        Monitors.Heard = OnEvent;
    }

    internal Simulator Simulator { get; }

    internal SimulatedCluster Cluster { get; }

    internal Monitors Monitors { get; }

    internal IEnumerable<T> Events<T>() => _events.OfType<T>();

    /// <summary>Does something once, when this step is told to be committed.</summary>
    internal void AtStep(long step, Action act) => _at[step] = act;

    /// <summary>Runs to the end, which must be the job's with the true fingerprint.</summary>
    internal void Run()
    {
        Cluster.Start();
        Simulator.RunUntil(
            () =>
            {
                Monitors.Check();
                return Monitors.End is not null;
            },
            Bound);
        Assert.Equal(_job.Fingerprint, Assert.IsType<JobDone>(Monitors.End).Fingerprint);
    }

    private void OnEvent(JobEvent happened)
    {
        _events.Add(happened);
        if (happened is not StepsCommitted steps)
        {
            return;
        }

        var reached = steps.FirstStep + steps.Steps.Count;
        foreach (var (step, act) in _at.Where(planned => planned.Key <= reached).ToList())
        {
            _at.Remove(step);
            Simulator.After(TimeSpan.Zero, act);
        }
    }
}
