namespace Distributed.Benchmarks.Messaging;

/// <summary>Counts messages and adds up their numbers; says so when all expected ones have come.</summary>
internal sealed class Counter : ReceiveActor
{
    private readonly Tally _tally;

    public Counter(Tally tally)
    {
        _tally = tally;
        Receive<Numbered>(message => _tally.Add(message.Number));
    }
}

/// <summary>A message that is made once and told many times.</summary>
internal sealed record Numbered(int Number);

/// <summary>What a <see cref="Counter"/> has seen, for the thread that waits for it.</summary>
internal sealed class Tally : IDisposable
{
    private readonly SemaphoreSlim _complete = new(0);
    private long _expectedCount;

    internal long Count { get; private set; }

    internal long Sum { get; private set; }

    public void Dispose() => _complete.Dispose();

    /// <summary>Begins anew; only while no message is under way.</summary>
    internal void Expect(long count) => (_expectedCount, Count, Sum) = (count, 0, 0);

    internal void Add(int number)
    {
        Sum += number;
        if (++Count == _expectedCount)
        {
            _complete.Release();
        }
    }

    internal void Wait()
    {
        if (!_complete.Wait(TimeSpan.FromMinutes(1)))
        {
            throw new InvalidOperationException($"{Count} of {_expectedCount} messages came within a minute");
        }
    }

    /// <summary>Whether each of so many senders has been heard so often, with the number that is its own.</summary>
    internal void Check(int senders, int messagesEach)
    {
        var sum = (long)messagesEach * senders * (senders + 1) / 2;
        if (Count != (long)senders * messagesEach || Sum != sum)
        {
            throw new InvalidOperationException(
                $"fan-in of {senders} × {messagesEach}: {Count} messages came, their sum is {Sum}: needs {sum}");
        }
    }
}
