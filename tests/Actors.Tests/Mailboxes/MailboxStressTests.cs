using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

/// <summary>
/// Many threads send at once; the receiver checks that each sender's messages come complete, once and in order, and
/// that it is never on two threads.
/// </summary>
public sealed class MailboxStressTests : TestKit.TestKit
{
    private const int SenderCount = 8;
    private const int MessageCount = 20_000;

    [Theory]
    [InlineData(DispatcherNames.Default)]
    [InlineData(DispatcherNames.DedicatedThread)]
    public void Mailbox_KeepsEverySendersOrderAndLosesNothing_WhenThreadsCompete(string dispatcher)
    {
        var report = TestActor;
        var receiver = ActorOf(Props.Create(() => new Auditor(report)).WithDispatcher(dispatcher), "receiver");
        SendFromThreads(receiver);
        ExpectMsg("complete", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Mailbox_KeepsEverySendersOrder_WhenTheReceiverStashesRestartsAndAwaits()
    {
        var report = TestActor;
        var receiver = ActorOf(Props.Create(() => new Troubled(report, new Audit())), "receiver");
        SendFromThreads(receiver);
        ExpectMsg("complete", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Tell_LosesNothing_WhenTheReceiverStopsUnderFire()
    {
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(deadLetters.Ref);
        var received = new Tally();
        var receiver = ActorOf(Props.Create(() => new Mortal(received)), "receiver");
        SendFromThreads(receiver);
        this.Settle();
        var lost = 0;
        while (deadLetters.HasMessages && deadLetters.ReceiveOne(TimeSpan.Zero) is DeadLetter)
        {
            lost++;
        }

        Assert.Equal(SenderCount * MessageCount, received.Count + lost);
    }

    [Fact]
    public void Actors_MeetNoDeadlock_WhenManyPassATokenAround()
    {
        var report = TestActor;
        var ring = Enumerable.Range(0, 100)
            .Select(index => ActorOf(Props.Create(() => new Link(report)), $"link-{index}")).ToArray();
        for (var index = 0; index < ring.Length; index++)
        {
            ring[index].Tell(ring[(index + 1) % ring.Length]);
        }

        foreach (var link in ring.Take(10))
        {
            link.Tell(10_000);
        }

        for (var token = 0; token < 10; token++)
        {
            ExpectMsg("arrived", TimeSpan.FromSeconds(30));
        }
    }

    private static void SendFromThreads(IActorRef receiver)
    {
        var threads = Enumerable.Range(0, SenderCount).Select(sender => new Thread(() =>
        {
            for (var number = 0; number < MessageCount; number++)
            {
                receiver.Tell(new Numbered(sender, number), null);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60))));
    }

    private sealed record Numbered(int Sender, int Number);

    private sealed class Tally
    {
        internal int Count { get; set; }
    }

    /// <summary>The next number expected of each sender.</summary>
    private sealed class Audit
    {
        private readonly int[] _next = new int[SenderCount];
        private int _guestCount;

        internal bool IsComplete => Array.TrueForAll(_next, next => next == MessageCount);

        internal void Check(Numbered message)
        {
            Assert.Equal(1, Interlocked.Increment(ref _guestCount));
            Assert.Equal(_next[message.Sender]++, message.Number);
            Interlocked.Decrement(ref _guestCount);
        }
    }

    private sealed class Auditor : ReceiveActor
    {
        private readonly Audit _audit = new();

        public Auditor(IActorRef report) => Receive<Numbered>(message =>
        {
            _audit.Check(message);
            if (_audit.IsComplete)
            {
                report.Tell("complete");
            }
        });
    }

    /// <summary>Stashes now and then, fails now and then after the check, and awaits now and then.</summary>
    private sealed class Troubled : ReceiveActor, IWithUnboundedStash
    {
        private int _handledCount;

        public Troubled(IActorRef report, Audit audit)
        {
            ReceiveAsync<Numbered>(
                async message =>
                {
                    await Task.Yield();
                    Handle(message, report, audit);
                },
                message => message.Number % 1000 == 500);
            Receive<Numbered>(message =>
            {
                if (message.Number % 1000 == 250 && _handledCount > 100)
                {
                    _handledCount = 0;
                    Stash.Stash();
                    throw new InvalidOperationException("on purpose; the message comes back from the stash");
                }
                Handle(message, report, audit);
            });
        }

        public IStash Stash { get; set; } = null!;

        private void Handle(Numbered message, IActorRef report, Audit audit)
        {
            _handledCount++;
            audit.Check(message);
            if (audit.IsComplete)
            {
                report.Tell("complete");
            }
        }
    }

    private sealed class Mortal : ReceiveActor
    {
        public Mortal(Tally received) => ReceiveAny(_ =>
        {
            if (++received.Count == MessageCount)
            {
                Context.Stop(Self);
            }
        });
    }

    private sealed class Link : ReceiveActor
    {
        private IActorRef? _next;

        public Link(IActorRef report)
        {
            Receive<IActorRef>(next => _next = next);
            Receive<int>(left =>
            {
                if (left == 0)
                {
                    report.Tell("arrived");
                }
                else
                {
                    _next!.Tell(left - 1);
                }
            });
        }
    }
}
