using System.Collections.Immutable;
using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

/// <summary>A kit whose actors run on the test's thread, in seeded order, under virtual time.</summary>
public abstract class DeterministicKit : TestKit.TestKit
{
    protected DeterministicKit()
        : this(new VirtualTime(), new SeededDispatcher(seed: 20))
    {
    }

    private DeterministicKit(VirtualTime time, SeededDispatcher dispatcher)
        : base(new ActorRuntimeOptions
        {
            TimeProvider = time,
            Dispatcher = dispatcher,
            Mailboxes = new Dictionary<string, MailboxBound>
            {
                ["three-newest"] = new(3, WhenFull.DropOldest),
                ["three-oldest"] = new(3, WhenFull.DropNewest),
            }.ToImmutableDictionary(),
        })
    {
        Time = time;
        Dispatcher = dispatcher;
    }

    protected VirtualTime Time { get; }

    protected SeededDispatcher Dispatcher { get; }

    /// <summary>Starts a top-level actor that reports its life to this test.</summary>
    protected IActorRef StartPuppet(string name, SupervisorStrategy? strategy = null)
    {
        var events = TestActor;
        return ActorOf(Props.Create(() => new Puppet(events), strategy), name);
    }

    /// <summary>Lets a puppet start a puppet as its child.</summary>
    protected IActorRef StartChild(IActorRef parent, string name, SupervisorStrategy? strategy = null)
    {
        var events = TestActor;
        IActorRef? child = null;
        parent.Tell(new Puppet.Do(self => child = self.Start(Props.Create(() => new Puppet(events), strategy), name)));
        Settle();
        return child!;
    }

    protected void Settle() => Settling.Settle(this);

    /// <summary>All messages the test has received by now, once the actors have settled.</summary>
    protected List<object> Received()
    {
        Settle();
        var messages = new List<object>();
        while (HasMessages)
        {
            messages.Add(ReceiveOne(TimeSpan.Zero)!);
        }

        return messages;
    }

    /// <summary>Drops what the test has received by now.</summary>
    protected void Forget() => Received();
}
