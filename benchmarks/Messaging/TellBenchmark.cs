using BenchmarkDotNet.Attributes;
using Distributed.Benchmarks.Kernels;

namespace Distributed.Benchmarks.Messaging;

/// <summary>Tells of one existing object and their handling, on the thread that measures: what they allocate.</summary>
[MemoryDiagnoser]
public class TellBenchmark : IDisposable
{
    internal const int TellsMax = 1 << 12;

    private readonly Numbered _message = new(1);
    private readonly Tally _tally = new();
    private readonly HandDispatcher _dispatcher = new();
    private ActorSystem? _system;
    private IActorRef? _counter;

    [Params(BenchmarkSize.Real)]
    public BenchmarkSize Size { get; set; }

    internal int Tells => Size == BenchmarkSize.Small ? 200 : TellsMax;

    [GlobalSetup]
    public void Start()
    {
        _system = ActorRuntime.Start("tells", new ActorRuntimeOptions { Dispatcher = _dispatcher });
        var tally = _tally;
        _counter = _system.ActorOf(Props.Create(() => new Counter(tally)), "counter");
        Run();
        _tally.Check(senders: 1, Tells);
    }

    /// <summary>One run; BenchmarkDotNet shows time and bytes per Tell.</summary>
    [Benchmark(OperationsPerInvoke = TellsMax)]
    public void Run()
    {
        _tally.Expect(0);
        for (var i = 0; i < Tells; i++)
        {
            _counter!.Tell(_message, ActorRefs.NoSender);
        }

        _dispatcher.RunAll();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ = _system?.Terminate();
        _dispatcher.RunAll();
        _tally.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs slices on the thread that asks for it.</summary>
    private sealed class HandDispatcher : IDispatcher
    {
        private readonly Queue<IThreadPoolWorkItem> _slices = [];

        public void Schedule(IThreadPoolWorkItem slice) => _slices.Enqueue(slice);

        internal void RunAll()
        {
            while (_slices.TryDequeue(out var slice))
            {
                slice.Execute();
            }
        }
    }
}
