using BenchmarkDotNet.Attributes;
using Distributed.Benchmarks.Kernels;

namespace Distributed.Benchmarks.Messaging;

/// <summary>Two actors answer each other, on one thread: every message is a slice of its own.</summary>
[MemoryDiagnoser]
public class RoundTripBenchmark : IDisposable
{
    private const int RoundTripsMax = 1 << 17;

    private readonly Tally _tally = new();
    private DedicatedThreadDispatcher? _thread;
    private ActorSystem? _system;
    private IActorRef? _asker;

    [Params(BenchmarkSize.Real)]
    public BenchmarkSize Size { get; set; }

    internal int RoundTrips => Size == BenchmarkSize.Small ? 200 : RoundTripsMax;

    [GlobalSetup]
    public void Start()
    {
        var thread = _thread = new DedicatedThreadDispatcher("round-trips");
        _system = ActorRuntime.Start("round-trips", new ActorRuntimeOptions { Dispatcher = thread });
        var answerer = _system.ActorOf<Answerer>("answerer");
        var tally = _tally;
        _asker = _system.ActorOf(Props.Create(() => new Asker(answerer, tally)), "asker");
        Run();
        _tally.Check(senders: 1, RoundTrips);
    }

    /// <summary>One run; BenchmarkDotNet shows the time per round trip.</summary>
    [Benchmark(OperationsPerInvoke = RoundTripsMax)]
    public void Run()
    {
        _tally.Expect(RoundTrips);
        _asker!.Tell(new Serve(RoundTrips), ActorRefs.NoSender);
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

    private sealed record Serve(int RoundTripCount);

    private sealed record Ball;

    private sealed class Asker : ReceiveActor
    {
        private int _leftCount;

        public Asker(IActorRef answerer, Tally tally)
        {
            var ball = new Ball();
            Receive<Serve>(serve =>
            {
                _leftCount = serve.RoundTripCount;
                answerer.Tell(ball);
            });
            Receive<Ball>(_ =>
            {
                var isLast = --_leftCount == 0;
                if (!isLast)
                {
                    answerer.Tell(ball);
                }

                tally.Add(1);
            });
        }
    }

    private sealed class Answerer : ReceiveActor
    {
        public Answerer() => Receive<Ball>(ball => Sender.Tell(ball));
    }
}
