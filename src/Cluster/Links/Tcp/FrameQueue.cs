namespace Distributed.Cluster.Links.Tcp;

/// <summary>Frames in the order they were given. Grows as needed, allocates nothing once it has. Not safe for threads.
/// </summary>
internal sealed class FrameQueue
{
    private PendingFrame[] _frames = new PendingFrame[64];
    private int _head;

    internal int Count { get; private set; }

    internal void Add(in PendingFrame frame)
    {
        if (Count == _frames.Length)
        {
            var larger = new PendingFrame[_frames.Length * 2];
            var first = _frames.Length - _head;
            Array.Copy(_frames, _head, larger, 0, first);
            Array.Copy(_frames, 0, larger, first, _head);
            (_frames, _head) = (larger, 0);
        }

        _frames[(_head + Count) & (_frames.Length - 1)] = frame;
        Count++;
    }

    internal PendingFrame Take()
    {
        var frame = _frames[_head];
        _frames[_head] = default; // the buffer is not kept alive from here
        _head = (_head + 1) & (_frames.Length - 1);
        Count--;
        return frame;
    }

    internal void Clear()
    {
        Array.Clear(_frames);
        (_head, Count) = (0, 0);
    }
}
