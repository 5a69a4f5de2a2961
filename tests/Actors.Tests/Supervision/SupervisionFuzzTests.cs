using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

/// <summary>
/// Random trees of actors with random strategies fail, stop, restart and await in random order, on one thread. What
/// must hold whatever happens: once all is quiet, every actor that lives answers, every one that stopped was
/// reported to its watcher exactly once, and the system terminates. The seed is in the test's name.
/// </summary>
public sealed class SupervisionFuzzTests
{
    private const int OperationCount = 200;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 300)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Tree_IsAliveOrReportedDead_WhenFaultsAreRandom(int seed)
    {
        var run = new Run(seed);
        for (var operation = 0; operation < OperationCount; operation++)
        {
            run.Operate();
        }

        run.BecomeQuiet();
        run.CheckTheLiving();
        run.CheckTheDead();
        run.CheckTermination();
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly SeededDispatcher _dispatcher;
        private readonly VirtualTime _time = new();
        private readonly ActorSystem _system;
        private readonly World _world = new();
        private readonly List<TaskCompletionSource> _gates = [];
        private readonly IActorRef _watcher;

        internal Run(int seed)
        {
            _random = new Random(seed);
            _dispatcher = new SeededDispatcher(seed) { SliceMessagesMax = 1 + (seed % 3) };
            _system = ActorRuntime.Start("fuzz", new ActorRuntimeOptions
            {
                Dispatcher = _dispatcher,
                TimeProvider = _time,
                FatalSink = _world.Fatal.Add,
            });
            var world = _world;
            _watcher = ((LocalActorSystem)_system).SystemActorOf(Props.Create(() => new Watcher(world)), "watcher");
            for (var root = 0; root < 3; root++)
            {
                Register(StartRoot());
            }
        }

        internal void Operate()
        {
            // The dead are of interest too, but less.
            var choices = _world.Started.Where(actor => IsAlive(actor) || _random.Next(20) == 0).ToList();
            if (choices.Count < 3)
            {
                Register(StartRoot());
            }

            if (choices.Count == 0)
            {
                return;
            }

            var actor = choices[_random.Next(choices.Count)];
            switch (_random.Next(80))
            {
                case 0: _system.Stop(actor); break;
                case 1: actor.Tell(PoisonPill.Instance); break;
                case 2: actor.Tell(Kill.Instance); break;
                case < 35: actor.Tell(new Node.Fail($"failure {_random.Next(4)}")); break;
                case < 50: actor.Tell(new Node.Await(NewGate())); break;
                case < 60: OpenAGate(); break;
                default: actor.Tell(new Node.Grow(Strategy())); break;
            }
            for (var slices = _random.Next(6); slices > 0; slices--)
            {
                _dispatcher.RunOne();
            }

            foreach (var started in _world.TakeNewcomers())
            {
                Register(started);
            }
        }

        internal void BecomeQuiet()
        {
            while (_gates.Count > 0)
            {
                OpenAGate();
            }

            _dispatcher.RunUntilIdle();
            foreach (var started in _world.TakeNewcomers())
            {
                Register(started);
            }

            _dispatcher.RunUntilIdle();
        }

        internal void CheckTheLiving()
        {
            foreach (var actor in _world.Started.Where(IsAlive))
            {
                var answer = actor.Ask<string>(Node.Ping.Instance);
                _dispatcher.RunUntilIdle();
                Assert.True(answer.IsCompletedSuccessfully, $"{actor} lives but does not answer");
            }
        }

        internal void CheckTheDead()
        {
            foreach (var actor in _world.Started)
            {
                Assert.Equal(IsAlive(actor) ? 0 : 1, _world.Deaths.Count(death => death.Equals(actor)));
            }

            Assert.Empty(_world.Fatal);
        }

        internal void CheckTermination()
        {
            _ = _system.Terminate();
            _dispatcher.RunUntilIdle();
            Assert.True(_system.WhenTerminated.IsCompleted);
            Assert.All(_world.Started, actor => Assert.False(IsAlive(actor)));
            Assert.Null(_time.UntilNextTimer);
        }

        private static bool IsAlive(IActorRef actor) => !((InternalActorRef)actor).IsTerminated;

        private IActorRef StartRoot()
        {
            var (world, strategy) = (_world, Strategy());
            return _system.ActorOf(Props.Create(() => new Node(world), strategy));
        }

        private void Register(IActorRef actor)
        {
            _world.Started.Add(actor);
            _watcher.Tell(actor);
        }

        private TaskCompletionSource NewGate()
        {
            var gate = new TaskCompletionSource();
            _gates.Add(gate);
            return gate;
        }

        private void OpenAGate()
        {
            if (_gates.Count == 0)
            {
                return;
            }

            var index = _random.Next(_gates.Count);
            var gate = _gates[index];
            _gates.RemoveAt(index);
            if (_random.Next(3) == 0)
            {
                gate.SetException(new InvalidOperationException("failure 0"));
            }
            else
            {
                gate.SetResult();
            }
        }

        private SupervisorStrategy Strategy()
        {
            var choices = new Directive[4];
            for (var index = 0; index < choices.Length; index++)
            {
                // Stopping only now and then, or nobody would be left to go wrong.
                choices[index] = _random.Next(20) switch
                {
                    < 10 => Directive.Restart,
                    < 15 => Directive.Resume,
                    < 19 => Directive.Escalate,
                    _ => Directive.Stop,
                };
            }
            Directive Decide(Exception cause) => cause is ActorKilledException
                ? Directive.Stop
                : choices[Math.Abs(cause.Message[^1]) % choices.Length];
            return _random.Next(2) == 0 ? new OneForOneStrategy(Decide) : new AllForOneStrategy(20, -1, Decide);
        }
    }

    private sealed class World
    {
        private readonly Queue<IActorRef> _newcomers = new();

        internal int ConstructionCount { get; set; }

        internal List<IActorRef> Started { get; } = [];

        internal List<IActorRef> Deaths { get; } = [];

        internal List<Exception> Fatal { get; } = [];

        internal void Announce(IActorRef actor) => _newcomers.Enqueue(actor);

        internal List<IActorRef> TakeNewcomers()
        {
            var all = _newcomers.ToList();
            _newcomers.Clear();
            return all;
        }
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(World world)
        {
            Receive<IActorRef>(actor => Context.Watch(actor));
            Receive<Terminated>(message => world.Deaths.Add(message.ActorRef));
        }
    }

    private sealed class Node : ReceiveActor, IWithTimers, IWithUnboundedStash
    {
        private readonly bool _keepsChildren;

        public Node(World world)
        {
            _keepsChildren = world.ConstructionCount++ % 2 == 0;
            Receive<Fail>(message =>
            {
                Timers.StartPeriodicTimer("tick", "tick", TimeSpan.FromSeconds(1));
                throw new InvalidOperationException(message.Name);
            });
            ReceiveAsync<Await>(message => message.Gate.Task);
            Receive<Ping>(_ => Sender.Tell("pong"));
            Receive<Grow>(message =>
                world.Announce(Context.ActorOf(Props.Create(() => new Node(world), message.Strategy))));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        public IStash Stash { get; set; } = null!;

        protected override void PreRestart(Exception reason, object? message)
        {
            if (!_keepsChildren)
            {
                base.PreRestart(reason, message);
            }
        }

        internal sealed record Fail(string Name);

        internal sealed record Await(TaskCompletionSource Gate);

        internal sealed record Grow(SupervisorStrategy Strategy);

        internal sealed record Ping
        {
            internal static readonly Ping Instance = new();
        }
    }
}
