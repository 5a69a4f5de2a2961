using Distributed.Engine.Memory;

namespace Distributed.Worker.Local;

/// <summary>
/// How workers write memory that others have read: as is fast where their cores have a third-level cache in common, or
/// where they have none. Steps are timed with both ways, and the faster one is kept.
/// </summary>
/// <remarks>
/// Note [Writing what others have read]: before a core writes a line that another one has read, it must make the other
/// drop its copy, and the writes behind wait. Cores with a third-level cache in common do so in 2 ns a line; where it
/// goes through memory's controller 9 to 11, which for small models is a third of a step. For such far cores the
/// factors of joint products are claimed all at once before a kernel writes them (<see cref="CacheLines.Claim"/>), and
/// weight matrices, which are read before they are written, are written past the caches: nobody waits, but everybody
/// then reads from memory. Where cores are near, both cost more than they save. Which cores a virtual machine has
/// changes while it runs, so one cannot know; no way changes a bit of any result. One worker tells when steps begin;
/// all may ask. Allocates nothing.
/// </remarks>
internal sealed class SharedWrites
{
    /// <summary>Steps from the beginning of a trial to that of the next.</summary>
    internal const int Period = 512;

    /// <summary>Steps of a trial, in which both ways take turns.</summary>
    internal const int TrialSteps = 24;

    /// <summary>Steps of a turn; the first does not count, because the other way has left it its caches.</summary>
    internal const int TurnSteps = 4;

    private readonly long[] _least = new long[2];
    private volatile bool _isForFar = true;
    private bool _best = true;
    private bool _wasWhole;
    private long _last;
    private int _step;

    /// <summary>Whether, from the current update to the next one, memory is written as for far cores.</summary>
    internal bool IsForFarCores => _isForFar;

    /// <summary>A step's update begins: its pass is done.</summary>
    /// <remarks>
    /// Units: now counts ticks of any clock; from one update to the next is what the first one's way has cost. Steps
    /// are compared where both passes were of whole mini-batches, and the shortest ones, because others were disturbed.
    /// </remarks>
    internal void BeginUpdate(long now, bool isWhole)
    {
        if (_step is > 0 and <= TrialSteps && isWhole && _wasWhole && (_step - 1) % TurnSteps != 0)
        {
            ref var least = ref _least[_isForFar ? 1 : 0];
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
        _isForFar = isTrial ? (_step - 1) / TurnSteps % 2 == 0 : _best;
    }
}
