using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>
/// How workers that share memory write the weight matrices that all of them read: past the caches, or into lines that
/// they have claimed. Steps are timed with both, and the faster way is kept.
/// </summary>
/// <remarks>
/// Note [Writing what others have read]: before a core writes a line that another one has read, it must make the other
/// drop its copy, and the writes behind wait. Cores with a third-level cache in common do so in 2 ns a line; where it
/// goes through memory's controller 11, which for small models is a third of a step. Written past the caches nobody
/// waits, but everybody then reads from memory. Which cores a virtual machine has changes while it runs, so one cannot
/// know; no way changes a bit of any result. One worker tells when steps begin; all may ask. Allocates nothing.
/// </remarks>
internal sealed class ParameterWrites
{
    /// <summary>Steps from the beginning of a trial to that of the next.</summary>
    internal const int Period = 512;

    /// <summary>Steps of a trial, in which both ways take turns.</summary>
    internal const int TrialSteps = 24;

    /// <summary>Steps of a turn; the first does not count, because the other way has left it its caches.</summary>
    internal const int TurnSteps = 4;

    private readonly long[] _least = new long[2];
    private volatile bool _pastCaches = true;
    private bool _best = true;
    private bool _wasWhole;
    private long _last;
    private int _step;

    /// <summary>The way of the current step, see <see cref="StripUpdate.PastCaches"/>.</summary>
    internal bool PastCaches => _pastCaches;

    /// <summary>A step's update begins: its pass is done.</summary>
    /// <remarks>
    /// Units: now counts ticks of any clock; from one update to the next is what the first one's way has cost. Steps
    /// are compared where both passes were of whole mini-batches, and the shortest ones, because others were disturbed.
    /// </remarks>
    internal void BeginUpdate(long now, bool isWhole)
    {
        if (_step is > 0 and <= TrialSteps && isWhole && _wasWhole && (_step - 1) % TurnSteps != 0)
        {
            ref var least = ref _least[_pastCaches ? 1 : 0];
            least = Math.Min(least, now - _last);
        }

        (_last, _wasWhole) = (now, isWhole);
        if (_step == TrialSteps)
        {
            _best = _least[1] <= _least[0];
        }

        _step = (_step + 1) % Period;
        if (_step == 1)
        {
            _least.AsSpan().Fill(long.MaxValue);
        }

        var isTrial = _step is > 0 and <= TrialSteps;
        _pastCaches = isTrial ? (_step - 1) / TurnSteps % 2 == 0 : _best;
    }
}
