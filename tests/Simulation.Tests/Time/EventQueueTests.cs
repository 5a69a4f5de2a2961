namespace Distributed.Simulation.Tests.Time;

public sealed class EventQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(3000)]
    public void Take_GivesEventsByTimeThenSequence(int count)
    {
        var queue = new EventQueue();
        var random = new SeededRandom(3, DrawPurpose.Scenario);
        var added = new List<(long DueNs, long Sequence)>();
        for (var i = 0; i < count; i++)
        {
            var dueNs = random.Below(50);
            added.Add((dueNs, queue.Add(dueNs, new ActionEvent(() => { }))));
        }

        var taken = new List<(long DueNs, long Sequence)>();
        while (queue.Count > 0)
        {
            var dueNs = queue.NextDueNs;
            queue.Take(out var sequence);
            taken.Add((dueNs, sequence));
        }

        Assert.Equal(added.Order(), taken);
        Assert.Equal(long.MaxValue, queue.NextDueNs);
    }

    [Theory]
    [InlineData(1100)]
    [InlineData(5000)]
    public void Sweep_KeepsEveryEventThatIsNotStale_InItsOrder(int staleCount)
    {
        var queue = new EventQueue();
        var random = new SeededRandom(4, DrawPurpose.Scenario);
        var kept = new List<(long DueNs, long Sequence)>();
        for (var i = 0; i < staleCount; i++)
        {
            queue.Add(random.Below(50_000), new StaleEvent());
            var dueNs = random.Below(50_000);
            kept.Add((dueNs, queue.Add(dueNs, new ActionEvent(() => { }))));
            queue.Add(random.Below(50_000), new StaleEvent());
        }

        for (var i = 0; i < 2 * staleCount; i++)
        {
            queue.NoteStale();
        }

        var taken = new List<(long DueNs, long Sequence)>();
        while (queue.Count > 0)
        {
            var dueNs = queue.NextDueNs;
            queue.Take(out var sequence);
            taken.Add((dueNs, sequence));
        }

        Assert.Equal(kept.Order(), taken);
    }

    private sealed class StaleEvent : SimulatedEvent
    {
        protected internal override bool IsStale(long sequence) => true;

        protected internal override void Run(long sequence) => Assert.Fail("a stale event was run");
    }
}
