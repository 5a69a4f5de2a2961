using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Distributed.Cluster.Links;
using Distributed.Engine.Training;

namespace Distributed.Simulation;

/// <summary>A machine with one process, which may end and be started again.</summary>
public sealed class SimulatedNode
{
    private readonly List<Route?> _routes = [];
    private SimulatedProcess? _process;
    private Action<SimulatedNode>? _boot;

    internal SimulatedNode(Simulator simulator, string name, int index)
    {
        Simulator = simulator;
        Name = name;
        Index = index;
        ComputeRandom = simulator.Random(DrawPurpose.Compute, name);
        NetworkRandom = simulator.Random(DrawPurpose.Network, name);
    }

    public Simulator Simulator { get; }

    /// <summary>Also the address that others reach it by.</summary>
    public string Name { get; }

    /// <summary>Its place among the simulator's nodes.</summary>
    public int Index { get; }

    public bool IsRunning => _process is not null;

    public bool IsFrozen => _process is { IsFrozen: true };

    /// <summary>Without power: peers hear nothing at all from it.</summary>
    public bool IsPoweredOff { get; private set; }

    /// <summary>How often it has been started.</summary>
    public int Incarnation { get; private set; }

    /// <summary>How wrong its wall clock is.</summary>
    public TimeSpan ClockOffset { get; private set; }

    /// <summary>How many times longer its compute takes; default 1.</summary>
    public double SlowFactor { get; private set; } = 1;

    /// <summary>The running process's. Errors, as for those below: InvalidOperationException when none runs.</summary>
    public IDispatcher Dispatcher => Running;

    public TimeProvider Clock => Running.Clock;

    public ICompute Compute => Running.Compute;

    public IDataLink Data => Running.Data;

    public IControlTransport Control => Running.Control;

    /// <summary>What an actor system of the running process is built on.</summary>
    public ActorRuntimeOptions RuntimeOptions
    {
        get
        {
            var process = Running;
            return new ActorRuntimeOptions
            {
                Dispatcher = process,
                // On one thread there is no thread to dedicate.
                Dispatchers = ImmutableDictionary<string, Func<ActorPath, IDispatcher>>.Empty
                    .Add(DispatcherNames.DedicatedThread, _ => process),
                TimeProvider = process.Clock,
                LogSink = log => Log($"{log.Level} {log.Source}: {log.Message}"),
                FatalSink = Simulator.Report,
            };
        }
    }

    internal SeededRandom ComputeRandom { get; }

    internal SeededRandom NetworkRandom { get; }

    /// <summary>The running process; null when there is none.</summary>
    internal SimulatedProcess? Process => _process;

    /// <summary>By the receiver's place; as many as there are routes, at least.</summary>
    internal Lane[] Lanes { get; private set; } = [];

    /// <summary>The ways to other nodes that were ever used, in the order the nodes were added.</summary>
    internal IEnumerable<Route> Routes => _routes.OfType<Route>();

    private SimulatedProcess Running =>
        _process ?? throw new InvalidOperationException($"{Name} is not running: start it first");

    /// <summary>Starts a process; the boot action makes its actor system and takes what this node offers.</summary>
    /// <remarks>Errors: InvalidOperationException when it is running.</remarks>
    public void Start(Action<SimulatedNode> boot)
    {
        if (_process is not null)
        {
            throw new InvalidOperationException($"{Name} is running already: crash it first");
        }

        Incarnation++;
        IsPoweredOff = false;
        _boot = boot;
        _process = new SimulatedProcess(this, Incarnation);
        Log($"boots, incarnation {Incarnation}");
        boot(this);
    }

    /// <summary>Starts a new process as the last one was started, after ending one that still runs.</summary>
    public void Restart()
    {
        Crash();
        Start(_boot ?? throw new InvalidOperationException($"{Name} was never started: there is nothing to repeat"));
    }

    /// <summary>
    /// Ends the process with all that belongs to it: actors, timers, compute, links. Peers see closed links; after a
    /// power failure they see nothing, until their time-outs.
    /// </summary>
    public void Crash(CrashKind kind = CrashKind.Process)
    {
        var process = _process;
        _process = null;
        IsPoweredOff |= kind == CrashKind.PowerFailure;
        if (process is null)
        {
            return;
        }

        Log(kind == CrashKind.Process ? "crashes" : "loses power");
        process.End();
        process.Control.End(kind);
        process.Data.End(kind);
    }

    /// <summary>Stops the process where it is, as SIGSTOP does: everything waits, links stay open.</summary>
    public void Freeze()
    {
        if (_process is { IsFrozen: false } process)
        {
            Log("freezes");
            process.Freeze();
            Route.Disturb(Routes.Select(route => route.Reverse));
        }
    }

    /// <summary>Lets a frozen process go on; what has become due meanwhile happens now, in order.</summary>
    public void Thaw()
    {
        if (_process is { IsFrozen: true } process)
        {
            Log("thaws");
            process.Thaw();
        }
    }

    /// <summary>Lets its compute take so many times as long, from the next piece of work on.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when the factor is not positive.</remarks>
    public void Slow(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        SlowFactor = factor;
        Log($"computes {factor} times as long");
    }

    /// <summary>Moves its wall clock; timers and time stamps do not notice.</summary>
    public void JumpClock(TimeSpan by)
    {
        ClockOffset += by;
        Log($"wall clock jumps by {by}");
    }

    /// <summary>Does something in the running process later: not after its end, nor while it is frozen.</summary>
    public void After(TimeSpan delay, Action run)
    {
        if (_process is { } process)
        {
            Simulator.Schedule(delay, new ProcessAction(process, run));
        }
    }

    /// <summary>Writes a line to the event log.</summary>
    public void Log(string text) => Simulator.Log.Write(Name, text);

    /// <summary>The way to another node.</summary>
    internal Route RouteTo(SimulatedNode to)
    {
        if (_routes.Count <= to.Index)
        {
            var first = _routes.Count;
            var count = Math.Max(to.Index + 1, Simulator.Nodes.Count);
            var lanes = Lanes;
            Array.Resize(ref lanes, count);
            lanes.AsSpan(first).Fill(new Lane { Epoch = 1 });
            Lanes = lanes;
            CollectionsMarshal.SetCount(_routes, count);
            CollectionsMarshal.AsSpan(_routes)[first..].Clear();
        }

        return _routes[to.Index] ??= new Route(this, to);
    }

    /// <summary>How long something sent now is on its way, if no fault delays it.</summary>
    internal long DrawLatencyNs()
    {
        var network = Simulator.Network;
        return network.JitterNs == 0
            ? network.LatencyNs
            : network.LatencyNs + NetworkRandom.Below(network.JitterNs + 1);
    }

    private sealed class ProcessAction(SimulatedProcess process, Action run) : ProcessEvent(process)
    {
        protected override void RunInProcess(long sequence) => run();
    }
}

/// <summary>How a process ends.</summary>
public enum CrashKind
{
    /// <summary>The machine goes on and closes the process's links.</summary>
    Process,

    /// <summary>The machine goes too: peers notice by time-outs only.</summary>
    PowerFailure,
}
