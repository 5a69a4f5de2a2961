using System.Text.Json;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Clusters;

/// <summary>A coordinator and workers, each started by itself, on one run directory.</summary>
internal sealed class StandaloneCluster
{
    private const string AddressIntro = "coordinator at ";

    private readonly Executable _distributed;
    private readonly string _command;
    private readonly Dictionary<string, RunningProcess> _workers = [];
    private readonly List<RunningProcess> _coordinators = [];
    private readonly List<RunningProcess> _allWorkers = [];
    private int _named;

    /// <param name="more">Further options of the coordinator.</param>
    internal StandaloneCluster(Executable distributed, string jobFile, string runDirectory, string more = "")
    {
        (_distributed, RunDirectory) = (distributed, runDirectory);
        _command = $"coordinator --job {jobFile} --run-dir {runDirectory} --json {more}";
    }

    internal string RunDirectory { get; }

    /// <summary>The one that was started last.</summary>
    internal RunningProcess Coordinator => _coordinators[^1];

    /// <summary>Every life of the coordinator, in order.</summary>
    internal IReadOnlyList<RunningProcess> Coordinators => _coordinators;

    /// <summary>Every worker that ever was.</summary>
    internal IReadOnlyList<RunningProcess> AllWorkers => _allWorkers;

    /// <summary>Those that were not told to end, by name.</summary>
    internal IReadOnlyDictionary<string, RunningProcess> Workers => _workers;

    /// <summary>The lines of the coordinator of now.</summary>
    internal LineLog Log => Coordinator.Output;

    /// <summary>Where the coordinator of now says that it listens.</summary>
    internal string Address
    {
        get
        {
            var line = Coordinator.Errors.WaitFor(IsAddress, "the coordinator's address");
            return line[AddressIntro.Length..line.IndexOf(';', StringComparison.Ordinal)];
        }
    }

    /// <summary>Starts it, and with the same command again, and waits until workers can find it.</summary>
    internal void StartCoordinator(string within = "")
    {
        _coordinators.Add(_distributed.Start(_command, within: within));
        Coordinator.Errors.WaitFor(IsAddress, "the coordinator's address");
    }

    /// <summary>Starts a worker under a name that was not used before.</summary>
    internal string StartWorker(string? join = null, string more = "", string within = "")
    {
        var name = $"worker-{_named++}";
        StartNamed(name, join, more, within);
        return name;
    }

    internal void StartNamed(string name, string? join = null, string more = "", string within = "")
    {
        var worker = _distributed.Start($"worker --join {join ?? RunDirectory} --name {name} {more}", within: within);
        _workers[name] = worker;
        _allWorkers.Add(worker);
    }

    /// <summary>Starts some workers and waits until exactly they train.</summary>
    internal void StartWorkers(int count)
    {
        var names = Enumerable.Range(0, count).Select(_ => StartWorker()).ToHashSet();
        WaitForMembers(members => names.SetEquals(members));
    }

    /// <summary>No longer counted among the workers; its process is the caller's.</summary>
    internal RunningProcess Forget(string name)
    {
        var worker = _workers[name];
        _workers.Remove(name);
        return worker;
    }

    internal void Kill(string name)
    {
        var worker = Forget(name);
        Assert.Equal(128 + Signals.Kill, worker.End(Signals.Kill).Exit);
    }

    /// <summary>Waits for a generation with such members.</summary>
    internal JsonElement WaitForMembers(Func<IEnumerable<string>, bool> when, int from = 0) => Log.WaitForEvent(
        "members", members => when(members.GetProperty("workers").EnumerateArray().Select(name => name.GetString()!)),
        from);

    /// <summary>Waits until training goes on after a fault, or is over.</summary>
    /// <returns>Null where it is over.</returns>
    internal JsonElement? WaitForRecovery(int from) =>
        Log.TryWaitForEvent("recovered", null, from, Bounds.Hang);

    /// <summary>Waits until an epoch ends.</summary>
    internal JsonElement? WaitForEpoch(int from) => Log.TryWaitForEvent("epoch", null, from, Bounds.Hang);

    /// <summary>Asks all workers to end, and holds that each does so properly.</summary>
    internal void EndWorkers()
    {
        foreach (var worker in _workers.Values)
        {
            worker.Send(Signals.Terminate);
        }

        Assert.All(_workers.Values, worker => Assert.Equal(128 + Signals.Terminate, worker.WaitForExit().Exit));
        _workers.Clear();
    }

    /// <summary>Lets all workers but one leave: alone it is soonest done with small steps.</summary>
    internal void KeepOneWorker()
    {
        var leaving = _workers.Skip(1).ToDictionary();
        foreach (var (name, worker) in leaving)
        {
            worker.Send(Signals.Terminate);
            _workers.Remove(name);
        }

        Assert.All(leaving.Values, worker => Assert.Equal(128 + Signals.Terminate, worker.WaitForExit().Exit));
    }

    /// <summary>What users see are lines, whatever happened.</summary>
    internal void HasNoStackTraces() => Assert.All(_coordinators.Concat(_allWorkers), process => Assert.DoesNotContain(
        process.Errors.Lines.Concat(process.Output.Lines),
        line => line.StartsWith("   at ", StringComparison.Ordinal) || line.Contains("Unhandled exception")));

    private static bool IsAddress(string line) => line.StartsWith(AddressIntro, StringComparison.Ordinal);
}
