using System.Collections.Immutable;

namespace Distributed.Actors.TestKit;

/// <summary>The system under test with what its kit and probes share: how to wait for it, on which clock.</summary>
internal sealed class Stage
{
    private readonly SeededDispatcher? _seeded;
    private readonly VirtualTime? _virtualTime;

    internal Stage(string name, ActorRuntimeOptions options)
    {
        _seeded = options.Dispatcher as SeededDispatcher;
        _virtualTime = options.TimeProvider as VirtualTime;
        var dispatchers = options.Dispatchers.ContainsKey(DispatcherNames.DedicatedThread)
            ? options.Dispatchers
            : options.Dispatchers.Add(DispatcherNames.DedicatedThread, Dedicated);
        System = ActorRuntime.Start(name, options with
        {
            Dispatcher = Counted(options.Dispatcher),
            Dispatchers = dispatchers.ToImmutableDictionary(
                entry => entry.Key, entry => (Func<ActorPath, IDispatcher>)(path => Counted(entry.Value(path)))),
        });
        if (_virtualTime is not null)
        {
            _virtualTime.Settle = Settle;
        }
    }

    internal ActorSystem System { get; }

    internal SliceCounter Counter { get; } = new();

    /// <summary>Whether time moves only when the test says so: then waiting for nothing is instant.</summary>
    internal bool IsTimeVirtual => _virtualTime is not null;

    /// <summary>Waits until no actor has anything to do.</summary>
    internal void Settle()
    {
        _seeded?.RunUntilIdle();
        if (!Counter.WaitUntilIdle(Deadline.After(Waits.SettleMax)))
        {
            Assert.Fail($"actors are still busy after {Waits.SettleMax}: one of them blocks or talks to itself");
        }
    }

    /// <summary>Waits until the condition holds; false when the deadline passes first.</summary>
    /// <param name="recheck">How often to look even if no actor has run.</param>
    internal bool WaitUntil(Func<bool> condition, Deadline deadline, TimeSpan recheck)
    {
        while (true)
        {
            var seen = Counter.ChangeCount;
            if (condition())
            {
                return true;
            }

            if (_seeded is not null && _seeded.RunOne())
            {
                continue;
            }

            var left = deadline.Left;
            if (left == TimeSpan.Zero)
            {
                return false;
            }

            Counter.WaitForChange(seen, left < recheck ? left : recheck);
        }
    }

    // On one thread there is no thread to dedicate.
    private IDispatcher Dedicated(ActorPath path) =>
        _seeded is not null ? _seeded : new DedicatedThreadDispatcher(path.ToString());

    private CountingDispatcher Counted(IDispatcher inner) => new(Counter, inner);
}
