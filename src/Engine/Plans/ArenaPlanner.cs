using Distributed.Engine.Memory;

namespace Distributed.Engine.Plans;

/// <summary>Hands out ranges of one buffer ahead of time: the smallest free gap that fits, else the end.</summary>
/// <remarks>Units: floats, rounded up to whole cache lines so that every value starts aligned.</remarks>
internal sealed class ArenaPlanner
{
    private readonly SortedList<int, int> _gaps = [];

    /// <summary>The most floats ever in use at once, gaps included.</summary>
    internal int Length { get; private set; }

    internal int Take(int length)
    {
        length = AlignedBuffer.WholeLines(length);
        var (offset, gap) = _gaps.Where(entry => entry.Value >= length)
            .OrderBy(entry => entry.Value)
            .Select(entry => (entry.Key, entry.Value))
            .FirstOrDefault((-1, 0));
        if (offset < 0)
        {
            offset = Length;
            Length = checked(Length + length);
            return offset;
        }

        _gaps.Remove(offset);
        if (gap > length)
        {
            _gaps.Add(offset + length, gap - length);
        }

        return offset;
    }

    internal void Return(int offset, int length)
    {
        length = AlignedBuffer.WholeLines(length);
        if (length == 0)
        {
            return;
        }

        _gaps.Add(offset, length);
        var index = _gaps.IndexOfKey(offset);
        MergeWithNext(index);
        if (index > 0)
        {
            MergeWithNext(index - 1);
        }
    }

    private void MergeWithNext(int index)
    {
        if (index + 1 < _gaps.Count
            && _gaps.GetKeyAtIndex(index) + _gaps.GetValueAtIndex(index) == _gaps.GetKeyAtIndex(index + 1))
        {
            _gaps.SetValueAtIndex(index, _gaps.GetValueAtIndex(index) + _gaps.GetValueAtIndex(index + 1));
            _gaps.RemoveAt(index + 1);
        }
    }
}
