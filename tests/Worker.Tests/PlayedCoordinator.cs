using Distributed.Cluster.Messages;

namespace Distributed.Worker.Tests;

/// <summary>Plays the coordinator to real worker actors, and the finder that leads them to it.</summary>
internal sealed class PlayedCoordinator
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private readonly TestKit _kit;

    internal PlayedCoordinator(TestKit kit)
    {
        _kit = kit;
        (Probe, Finder) = (kit.CreateTestProbe(), kit.CreateTestProbe());
        Finder.SetAutoPilot(new DelegateAutoPilot((sender, _) =>
        {
            sender.Tell(new CoordinatorFound(Probe.Ref));
            return KeepRunning.Instance;
        }));
    }

    /// <summary>The coordinator.</summary>
    internal TestProbe Probe { get; }

    internal TestProbe Finder { get; }

    /// <summary>Starts a worker and takes its word that it has joined.</summary>
    internal IActorRef Start(IShardWork work, string name = "w")
    {
        var options = new WorkerOptions { Name = name, Node = name };
        var finder = Finder.Ref;
        var worker = _kit.ActorOf(Props.Create(() => new WorkerActor(options, finder, work)));
        Probe.ExpectMsg<Join>(Ample);
        return worker;
    }

    internal void Tell(IActorRef worker, object message) => worker.Tell(message, Probe.Ref);

    /// <summary>Brings the workers together in a new generation, ranked as they are listed.</summary>
    internal void Form(long generation, IReadOnlyList<IActorRef> workers)
    {
        for (var rank = 0; rank < workers.Count; rank++)
        {
            Tell(workers[rank], new Regroup(generation, 0));
            Assert.Equal(generation, Probe.ExpectMsg<Standing>(Ample).Generation);
            Tell(workers[rank], FormOf(generation, rank, workers.Count));
            Assert.Equal(new Formed(generation, rank), Probe.ExpectMsg<Formed>(Ample));
        }
    }

    /// <summary>A generation in which nothing has to move.</summary>
    internal static Form FormOf(long generation, int rank, int members) => new(
        generation, rank, [.. Enumerable.Range(0, members).Select(member => $"data-{member}")], JobCursor.Start,
        StartFrom.Seed, Buckets: 1, Shards: 8, [], [], []);
}
