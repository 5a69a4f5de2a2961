namespace Distributed.Simulation.Tests.Cluster;

/// <summary>Runs one seed from its beginning to its end.</summary>
internal static class SimulationRun
{
    /// <summary>Virtual time by which faults that wait for a step happen all the same.</summary>
    private static readonly TimeSpan FaultsBound = TimeSpan.FromMinutes(5);

    internal static Outcome Of(ulong seed, bool keepsLog = false, Action<IReadOnlyList<string>>? log = null)
    {
        var scenario = Scenario.Draw(seed);
        var monitors = new Monitors(scenario.Job);
        var simulator = new Simulator(seed, new SimulatorOptions
        {
            Compute = new ComputeOptions
            {
                Shard = scenario.ShardTime,
                Evaluation = scenario.EvaluationTime,
                Checkpoint = scenario.DiskTime,
            },
            Log = new EventLogOptions { KeepsAll = keepsLog, LinesKept = 400 },
            Network = new NetworkOptions
            {
                LogsFrames = keepsLog,
                Describe = Brief.Of,
                Transcode = monitors.OnMessage,
            },
        });
        var cluster = new SimulatedCluster(simulator, scenario.Job, scenario.Workers, monitors);
        var mischief = new Mischief(cluster, scenario.Faults);
        (monitors.Cluster, monitors.Mischief) = (cluster, mischief);
        var problem = Run(simulator, cluster, monitors, mischief);
        log?.Invoke(simulator.Log.All);
        return new Outcome(
            scenario, problem?.Monitor, problem?.Problem ?? "", mischief.FaultsMet,
            [.. simulator.Log.Last], simulator.Now);
    }

    private static MonitorException? Run(
        Simulator simulator, SimulatedCluster cluster, Monitors monitors, Mischief mischief)
    {
        try
        {
            cluster.Start();
            bool Watch(bool ends)
            {
                mischief.CheckDisk();
                monitors.Check();
                return ends || monitors.End is not null;
            }

            simulator.RunUntil(() => Watch(mischief.IsOver), FaultsBound);
            mischief.Heal();
            if (!simulator.RunUntil(() => Watch(false), Monitors.ProgressBound))
            {
                throw new MonitorException(
                    "progress once faults stop",
                    $"the job did not end within {Monitors.ProgressBound.TotalSeconds} s after the last fault");
            }

            return null;
        }
        catch (SimulationException error) when (error.InnerException is MonitorException hurt)
        {
            return hurt;
        }
        catch (SimulationException error)
        {
            return new MonitorException("no error escapes", error.ToString());
        }
        catch (MonitorException hurt)
        {
            return hurt;
        }
    }
}
