using BenchmarkDotNet.Attributes;
using Distributed.Benchmarks.Kernels;

namespace Distributed.Benchmarks.Messaging;

/// <summary>Four actors tell a fifth, all on one thread: messages per second that a core sends and handles.</summary>
[MemoryDiagnoser]
public class FanInBenchmark : IDisposable
{
    internal const int Senders = 4;
    private const int MessagesMax = 1 << 17;
    private const int Burst = 64;

    private readonly Tally _tally = new();
    private readonly List<IActorRef> _senders = [];
    private DedicatedThreadDispatcher? _thread;
    private ActorSystem? _system;

    [Params(BenchmarkSize.Real)]
    public BenchmarkSize Size { get; set; }

    /// <summary>How many messages each sender tells in a run.</summary>
    internal int MessagesEach => Size == BenchmarkSize.Small ? 200 : MessagesMax;

    [GlobalSetup]
    public void Start()
    {
        var thread = _thread = new DedicatedThreadDispatcher("fan-in");
        _system = ActorRuntime.Start("fan-in", new ActorRuntimeOptions { Dispatcher = thread });
        var tally = _tally;
        var target = _system.ActorOf(Props.Create(() => new Counter(tally)), "counter");
        for (var number = 1; number <= Senders; number++)
        {
            var message = new Numbered(number);
            _senders.Add(_system.ActorOf(Props.Create(() => new Sender(target, message)), $"sender-{number}"));
        }

        Run();
        _tally.Check(Senders, MessagesEach);
    }

    /// <summary>One run; BenchmarkDotNet shows the time per message.</summary>
    [Benchmark(OperationsPerInvoke = Senders * MessagesMax)]
    public void Run()
    {
        _tally.Expect((long)Senders * MessagesEach);
        var work = new Work(MessagesEach);
        foreach (var sender in _senders)
        {
            sender.Tell(work, ActorRefs.NoSender);
        }

        _tally.Wait();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _system?.Terminate().Wait();
        _thread?.Dispose();
        _tally.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed record Work(int MessageCount);

    private sealed record GoOn;

    /// <summary>Tells its messages in bursts, so that senders take turns and the mailbox stays short.</summary>
    private sealed class Sender : ReceiveActor
    {
        private static readonly GoOn Next = new();
        private readonly IActorRef _target;
        private readonly Numbered _message;
        private int _leftCount;

        public Sender(IActorRef target, Numbered message)
        {
            (_target, _message) = (target, message);
            Receive<Work>(work =>
            {
                _leftCount = work.MessageCount;
                TellBurst();
            });
            Receive<GoOn>(_ => TellBurst());
        }

        private void TellBurst()
        {
            for (var left = Math.Min(Burst, _leftCount); left > 0; left--)
            {
                _target.Tell(_message);
                _leftCount--;
            }

            if (_leftCount > 0)
            {
                Self.Tell(Next);
            }
        }
    }
}
