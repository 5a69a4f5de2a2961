namespace Distributed.Simulation;

/// <summary>The actors that have something to do, of all nodes; who is next is drawn.</summary>
internal sealed class ReadySlices(SeededRandom random)
{
    private const int MoodStepsMax = 64;

    private Ready[] _slices = new Ready[64];
    private int _count;
    private Mood _mood;
    private int _moodStepsLeft;

    /// <summary>How even the choice is; it changes now and then, because fair orders hide races.</summary>
    private enum Mood
    {
        Even,
        NewestFirst,
        OldestFirst,
    }

    internal int Count => _count;

    internal void Add(SimulatedProcess process, IThreadPoolWorkItem slice)
    {
        if (_count == _slices.Length)
        {
            Array.Resize(ref _slices, _count * 2);
        }

        _slices[_count++] = new Ready(process, slice);
    }

    /// <summary>Runs one slice; false when there is none.</summary>
    internal bool RunOne()
    {
        while (_count > 0)
        {
            var index = _count == 1 ? 0 : Draw();
            var (process, slice) = _slices[index];
            _slices[index] = _slices[--_count];
            _slices[_count] = default;
            if (process.MayRun(slice))
            {
                slice.Execute();
                return true;
            }
        }

        return false;
    }

    private int Draw()
    {
        if (_moodStepsLeft-- <= 0)
        {
            _moodStepsLeft = random.Below(MoodStepsMax);
            _mood = random.Below(4) switch { 0 => Mood.NewestFirst, 1 => Mood.OldestFirst, _ => Mood.Even };
        }

        return _mood switch
        {
            Mood.NewestFirst => _count - 1,
            Mood.OldestFirst => 0,
            _ => random.Below(_count),
        };
    }

    private readonly record struct Ready(SimulatedProcess Process, IThreadPoolWorkItem Slice);
}
