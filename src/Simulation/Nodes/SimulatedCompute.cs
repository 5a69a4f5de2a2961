using Distributed.Engine.Training;

namespace Distributed.Simulation;

/// <summary>
/// The compute of one process: work is done at one instant, when its turn comes, and its results are told later, when
/// a machine would have had them.
/// </summary>
internal sealed class SimulatedCompute(SimulatedProcess process) : ICompute
{
    private readonly Queue<ComputeWork> _waiting = new();
    private ComputeWork? _current;

    public Task<T> Run<T>(ComputeKind kind, Func<T> work)
    {
        var piece = new ResultWork<T>(process, kind, work);
        Add(piece);
        return piece.Task;
    }

    public void RunInParts(ComputeKind kind, IPartedWork work) => Add(new PartsWork(process, kind, work));

    /// <summary>The current work has ended: the next one starts.</summary>
    internal void Next()
    {
        if (_waiting.TryDequeue(out _current))
        {
            _current.Start();
        }
    }

    private void Add(ComputeWork work)
    {
        if (!process.IsAlive || !process.Simulator.IsOnThread())
        {
            return;
        }

        if (_current is null)
        {
            _current = work;
            work.Start();
        }
        else
        {
            _waiting.Enqueue(work);
        }
    }
}

/// <summary>One piece of work: done at its start, told of in parts, ended after its duration.</summary>
internal abstract class ComputeWork(SimulatedProcess process, ComputeKind kind, int parts)
    : ProcessEvent(process)
{
    private bool _isBegun;
    private long _startNs;
    private long _durationNs;
    private int _partsReady;

    /// <summary>What the work threw.</summary>
    protected Exception? Failure { get; private set; }

    /// <summary>An event at this instant, so that the work does not run inside the actor that asks for it.</summary>
    internal void Start() => Process.Simulator.Schedule(TimeSpan.Zero, this);

    protected sealed override void RunInProcess(long sequence)
    {
        if (!_isBegun)
        {
            Begin();
        }
        else if (_partsReady < parts && Failure is null)
        {
            TellPart();
        }
        else
        {
            Process.Compute.Next();
            Complete();
            return;
        }

        var isLast = _partsReady == parts || Failure is not null;
        Process.Simulator.ScheduleAt(_startNs + (isLast ? _durationNs : PartNs(_partsReady)), this);
    }

    protected abstract void Execute();

    /// <summary>The first so many parts are ready.</summary>
    protected virtual void OnReady(int count)
    {
        // Most work comes in one piece.
    }

    /// <summary>Ends the task; what awaits it runs within this call, on the simulator's thread.</summary>
    protected abstract void Complete();

    private void Begin()
    {
        _isBegun = true;
        var node = Process.Node;
        var options = node.Simulator.Options.Compute;
        var jitter = 1 + (options.JitterFraction * node.ComputeRandom.Uniform());
        _startNs = node.Simulator.NowNs;
        var before = options.Meter?.Invoke() ?? 0;
        try
        {
            Execute();
        }
        catch (Exception error)
        {
            Failure = error;
        }

        var isMetered = options.Meter is not null && kind is ComputeKind.Shard or ComputeKind.Evaluation;
        var units = isMetered ? options.Meter!() - before : 1;
        _durationNs = (long)(Nanoseconds.From(options.DurationOf(kind, parts)) * units * node.SlowFactor * jitter);
    }

    private void TellPart()
    {
        try
        {
            OnReady(++_partsReady);
        }
        catch (Exception error)
        {
            Failure = error;
        }
    }

    /// <summary>When a part is ready: the forward pass, a third of the whole, gives none.</summary>
    private long PartNs(int part)
    {
        var forwardNs = kind == ComputeKind.Shard ? _durationNs / 3 : 0;
        return forwardNs + (long)((Int128)(_durationNs - forwardNs) * (part + 1) / parts);
    }
}

internal sealed class ResultWork<T>(SimulatedProcess process, ComputeKind kind, Func<T> work)
    : ComputeWork(process, kind, 0)
{
    private readonly TaskCompletionSource<T> _task = new();
    private T? _result;

    internal Task<T> Task => _task.Task;

    protected override void Execute() => _result = work();

    protected override void Complete()
    {
        if (Failure is { } failure)
        {
            _task.SetException(failure);
        }
        else
        {
            _task.SetResult(_result!);
        }
    }
}

internal sealed class PartsWork(SimulatedProcess process, ComputeKind kind, IPartedWork work)
    : ComputeWork(process, kind, work.Parts), IPartsReady
{
    private int _heard;

    /// <summary>What the work tells while it runs is checked only: a machine would not have it yet.</summary>
    void IPartsReady.OnReady(int count)
    {
        if (count <= _heard || count > work.Parts)
        {
            throw new InvalidOperationException($"compute: {count} of {work.Parts} parts told after {_heard}");
        }

        _heard = count;
    }

    protected override void Execute()
    {
        work.Run(this);
        if (_heard < work.Parts)
        {
            throw new InvalidOperationException($"compute: only {_heard} of {work.Parts} parts were told");
        }
    }

    protected override void OnReady(int count) => work.OnReady(count);

    protected override void Complete()
    {
        if (Failure is { } failure)
        {
            work.OnFailed(failure);
        }
    }
}
