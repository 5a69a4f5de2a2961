namespace Distributed.Actors.Tests;

/// <summary>
/// An actor that does what its messages say and reports each step of its life as a text, such as "a:prestart".
/// </summary>
public sealed class Puppet : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private readonly IActorRef _events;

    public Puppet(IActorRef events)
    {
        _events = events;
        Report("ctor");
        Receive<Do>(message => message.Act(this));
        Receive<Fail>(message => throw message.Cause);
        ReceiveAsync<DoAsync>(message => message.Act(this));
        ReceiveAny(message => Report(Text(message)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    /// <summary>State that a restart resets and a resume keeps.</summary>
    public int Count { get; set; }

    public bool KeepsChildren { get; set; }

    public IActorRef Ref => Self;

    public IActorRef From => Sender;

    public IActorContext Inside => Cell;

    public void Report(object message) => _events.Tell($"{Self.Path.Name}:{message}", Self);

    public IActorRef Start(Props props, string name) => Cell.ActorOf(props, name);

    public void Turn(Action table) => Become(table);

    public void TurnStacked(Action table) => BecomeStacked(table);

    public void TurnBack() => UnbecomeStacked();

    public void On<T>(Action<T> handler) => Receive(handler);

    public void Timeout(TimeSpan? timeout) => SetReceiveTimeout(timeout);

    protected override void PreStart() => Report("prestart");

    protected override void PostStop() => Report("poststop");

    protected override void PreRestart(Exception reason, object? message)
    {
        Report($"prerestart({reason.Message}, {Text(message)})");
        if (!KeepsChildren)
        {
            base.PreRestart(reason, message);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        Report($"postrestart({reason.Message})");
        base.PostRestart(reason);
    }

    private static string Text(object? message) => message switch
    {
        null => "none",
        Fail fail => fail.Name,
        Terminated terminated => $"terminated {terminated.ActorRef.Path.Name}",
        ReceiveTimeout => "timeout",
        _ => message.ToString()!,
    };

    public sealed record Do(Action<Puppet> Act);

    public sealed record DoAsync(Func<Puppet, Task> Act);

    public sealed record Fail(string Name, Exception Cause)
    {
        public Fail(string name)
            : this(name, new InvalidOperationException(name))
        {
        }
    }
}
