namespace Distributed.Simulation;

/// <summary>A cluster of nodes in one thread, on virtual time. The seed decides everything.</summary>
/// <remarks>
/// While actors have something to do, one of them drawn at random gets a turn; when none has, time jumps to the next
/// event. Not for use from several threads: what comes back from another one is reported and ends the run.
/// </remarks>
public sealed class Simulator
{
    private readonly EventQueue _events = new();
    private readonly ReadySlices _ready;
    private readonly List<SimulatedNode> _nodes = [];
    private int _threadId = Environment.CurrentManagedThreadId;
    private long _stepsAtInstant;
    private volatile Exception? _problem;

    /// <remarks>Errors: ArgumentOutOfRangeException naming the option.</remarks>
    public Simulator(ulong seed, SimulatorOptions? options = null)
    {
        Seed = seed;
        Options = options ?? new SimulatorOptions();
        Options.Check();
        Log = new EventLog(Options.Log, () => NowNs);
        LogsFrames = Options.Log.IsOn && Options.Network.LogsFrames;
        _ready = new ReadySlices(Random(DrawPurpose.Scheduling));
        Network = new SimulatedNetwork(this);
    }

    public ulong Seed { get; }

    public SimulatorOptions Options { get; }

    public EventLog Log { get; }

    /// <summary>The faults between nodes.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>In the order they were added.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Virtual time since the start, to the 100 ns of a TimeSpan.</summary>
    public TimeSpan Now => Nanoseconds.ToTimeSpan(NowNs);

    /// <summary>Virtual time since the start, in nanoseconds.</summary>
    public long NowNs { get; private set; }

    /// <summary>Events and slices so far.</summary>
    public long StepCount { get; private set; }

    /// <summary>Events that are not due yet, and actors that have something to do.</summary>
    public int WaitingCount => _events.Count + _ready.Count;

    /// <summary>A new stream for a purpose, and for an owner where each has its own.</summary>
    public SeededRandom Random(DrawPurpose purpose, string owner = "") => new(Seed, purpose, owner);

    /// <summary>Adds a machine that does not run yet; its name is its address.</summary>
    /// <remarks>Errors: ArgumentException when the name is taken.</remarks>
    public SimulatedNode AddNode(string name)
    {
        var node = new SimulatedNode(this, name, _nodes.Count);
        Network.Add(node);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Runs until the condition holds; false when the limit has passed first, time then being there.</summary>
    /// <param name="isDone">Looked at after every step.</param>
    /// <param name="limit">Virtual time from now on.</param>
    /// <remarks>Errors: SimulationException for what was thrown or reported, with time and seed.</remarks>
    public bool RunUntil(Func<bool> isDone, TimeSpan limit)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null); // it would take continuations to its own threads
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            return Run(isDone, NowNs + Nanoseconds.From(limit));
        }
        catch (Exception error) when (error is not SimulationException)
        {
            throw Failed(error.Message, error);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs for so much virtual time.</summary>
    public void RunFor(TimeSpan time) => RunUntil(static () => false, time);

    /// <summary>Lets something happen later; the result is what the event is run with.</summary>
    public long Schedule(TimeSpan delay, SimulatedEvent happening) =>
        ScheduleAt(NowNs + Nanoseconds.From(delay), happening);

    /// <summary>Lets something happen later, whatever the nodes are doing then.</summary>
    public void After(TimeSpan delay, Action run) => Schedule(delay, new ActionEvent(run));

    /// <summary>Ends the run with an error, at its next step. From any thread.</summary>
    public void Report(Exception problem) => Interlocked.CompareExchange(ref _problem, problem, null);

    internal bool LogsFrames { get; }

    internal long ScheduleAt(long dueNs, SimulatedEvent happening)
    {
        if (!IsOnThread())
        {
            return 0;
        }

        return _events.Add(Math.Max(dueNs, NowNs), happening);
    }

    internal void NoteStale() => _events.NoteStale();

    internal void Ready(SimulatedProcess process, IThreadPoolWorkItem slice)
    {
        if (IsOnThread())
        {
            _ready.Add(process, slice);
        }
    }

    /// <summary>False, and reported, where work has escaped to another thread.</summary>
    internal bool IsOnThread()
    {
        if (Environment.CurrentManagedThreadId == _threadId)
        {
            return true;
        }

        Report(new InvalidOperationException(
            $"work left the simulator's thread and came back on another one: {Environment.StackTrace}"));
        return false;
    }

    private bool Run(Func<bool> isDone, long endNs)
    {
        while (true)
        {
            if (_problem is { } problem)
            {
                throw Failed(problem.Message, problem);
            }
            if (isDone())
            {
                return true;
            }

            if (!_ready.RunOne())
            {
                var dueNs = _events.NextDueNs;
                if (dueNs > endNs)
                {
                    NowNs = endNs;
                    return false;
                }
                if (dueNs > NowNs)
                {
                    NowNs = dueNs;
                    _stepsAtInstant = 0;
                }

                _events.Take(out var sequence).Run(sequence);
            }

            StepCount++;
            if (++_stepsAtInstant > Options.StepsPerInstantMax)
            {
                throw Failed($"time stands still: {_stepsAtInstant} steps at this instant", null);
            }
        }
    }

    private SimulationException Failed(string message, Exception? cause) =>
        new($"seed {Seed}, at {Now}: {message}", cause);
}
