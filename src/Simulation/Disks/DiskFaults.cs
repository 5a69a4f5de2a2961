namespace Distributed.Simulation.Disks;

/// <summary>Which faults of a simulated disk are armed, and the count of operations they go by.</summary>
internal sealed class DiskFaults
{
    private long _crashAt = long.MaxValue;
    private long _failAt = long.MaxValue;
    private long _attempts;

    /// <summary>Changes and flushes so far; reading is none.</summary>
    internal long Operations { get; private set; }

    /// <summary>The most bytes that all files may have together.</summary>
    internal long BytesMax { get; set; } = long.MaxValue;

    internal void CrashAt(long operation) => _crashAt = Operations + operation;

    internal void FailWriteAt(long write) => _failAt = _attempts + write;

    /// <summary>Counts an operation; true where the machine dies at it.</summary>
    internal bool CrashesNow() => ++Operations == _crashAt;

    /// <summary>Counts a write or a flush; true where it is the one to fail.</summary>
    internal bool FailsNow() => ++_attempts == _failAt;

    internal void Disarm()
    {
        (_crashAt, _failAt) = (long.MaxValue, long.MaxValue);
        BytesMax = long.MaxValue;
    }
}
