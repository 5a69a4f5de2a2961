using Distributed.Cluster.Messages;
using Distributed.Coordinator;

namespace Distributed.Training.Progress;

/// <summary>Makes progress figures from a job's events. Knows no clock but the one it is given.</summary>
/// <remarks>For one thread. Memory: the window of steps and the leases of the rate's time.</remarks>
public sealed class RunTracker
{
    /// <summary>Steps that loss and accuracy are averaged over.</summary>
    public const int WindowSteps = 20;

    /// <summary>Time that rates are averaged over.</summary>
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(3);

    private readonly Queue<StepTotals> _steps = new();
    private readonly Queue<StepsCommitted> _leases = new();
    private readonly SortedDictionary<string, string> _others = new(StringComparer.Ordinal);
    private readonly int _epochs;
    private readonly int _stepsPerEpoch;
    private readonly long _firstStep;
    private readonly bool _countsHits;
    private readonly TimeProvider _clock;
    private long _step;
    private long _started;

    public RunTracker(int epochs, int stepsPerEpoch, long firstStep, bool countsHits, TimeProvider clock)
    {
        (_epochs, _stepsPerEpoch, _firstStep, _countsHits) = (epochs, stepsPerEpoch, firstStep, countsHits);
        (_clock, _step, _started) = (clock, firstStep, clock.GetTimestamp());
    }

    /// <summary>Null before the first step.</summary>
    public RunProgress? Progress { get; private set; }

    private long StepsTotal => (long)_epochs * _stepsPerEpoch;

    public void Observe(JobEvent happened)
    {
        switch (happened)
        {
            case JobStarted:
                _started = _clock.GetTimestamp();
                break;
            case StepsCommitted { Steps.Count: > 0, Workers.Count: > 0 } lease:
                Add(lease);
                Progress = Current();
                break;
            case StepsCommitted { Steps.Count: > 0 } recovered:
                _step = recovered.FirstStep + recovered.Steps.Count;
                break;
            case WorkerJoined joined:
                SetOther(joined.Name, "waiting");
                break;
            case WorkerLost lost:
                SetOther(lost.Name, "lost");
                break;
            case WorkerLeft left:
                _others.Remove(left.Name);
                Refresh();
                break;
        }
    }

    private void SetOther(string name, string state)
    {
        _others[name] = state;
        Refresh();
    }

    private void Refresh() => Progress = _leases.Count > 0 ? Current() : Progress;

    private void Add(StepsCommitted lease)
    {
        _step = lease.FirstStep + lease.Steps.Count;
        foreach (var share in lease.Shares)
        {
            _others.Remove(share.Name);
        }

        foreach (var step in lease.Steps)
        {
            _steps.Enqueue(step);
        }

        while (_steps.Count > WindowSteps)
        {
            _steps.Dequeue();
        }

        _leases.Enqueue(lease);
        while (_leases.Count > 1 && Elapsed() - _leases.Peek().Elapsed > RateWindow)
        {
            _leases.Dequeue();
        }
    }

    private RunProgress Current()
    {
        var samples = _steps.Sum(step => (double)step.Samples);
        var elapsed = Math.Max(Elapsed().TotalSeconds, 1e-9);
        return new RunProgress(
            _step, StepsTotal, (int)((_step - 1) / _stepsPerEpoch) + 1, _epochs,
            _steps.Sum(step => (double)step.Loss) / samples,
            _countsHits ? _steps.Sum(step => (double)step.Hits) / samples : null,
            _leases.Sum(lease => lease.Steps.Sum(step => (double)step.Samples)) / elapsed,
            Workers(elapsed), Left());
    }

    private IReadOnlyList<WorkerRate> Workers(double elapsedSeconds)
    {
        var present = _leases.Last().Shares;
        var lost = present.Where(share => _others.ContainsKey(share.Name)).Select(share => share.Name).ToList();
        return
        [
            .. present.Select(share => Rate(share, _others.GetValueOrDefault(share.Name, "training"), elapsedSeconds)),
            .. _others.Where(other => !lost.Contains(other.Key)).Select(
                other => new WorkerRate(other.Key, other.Value, 0, 0, 0, TimeSpan.Zero, TimeSpan.Zero)),
        ];
    }

    private WorkerRate Rate(WorkerShare share, string state, double elapsedSeconds)
    {
        var (compute, wait, samples, steps) = (TimeSpan.Zero, TimeSpan.Zero, 0L, 0);
        foreach (var lease in _leases)
        {
            for (var rank = 0; rank < lease.Shares.Count; rank++)
            {
                // Ranks change with the membership; names do not.
                if (lease.Shares[rank].Name == share.Name)
                {
                    var timing = lease.Workers[rank];
                    (compute, wait) = (compute + timing.Compute, wait + timing.Wait);
                    (samples, steps) = (samples + timing.Samples, steps + lease.Steps.Count);
                }
            }
        }

        return new WorkerRate(
            share.Name, state, share.FirstMicrobatch, share.Microbatches, samples / elapsedSeconds,
            compute / Math.Max(1, steps), wait / Math.Max(1, steps));
    }

    private TimeSpan? Left()
    {
        var done = _step - _firstStep;
        return done > 0 ? _clock.GetElapsedTime(_started) * ((StepsTotal - _step) / (double)done) : null;
    }

    private TimeSpan Elapsed() => _leases.Aggregate(TimeSpan.Zero, (sum, lease) => sum + lease.Elapsed);
}
