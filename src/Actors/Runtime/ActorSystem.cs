namespace Distributed.Actors;

/// <summary>A tree of actors with its threads, clock and event stream. May be used from any thread.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem()
    {
    }

    public abstract string Name { get; }

    public abstract EventStream EventStream { get; }

    public abstract ILoggingAdapter Log { get; }

    public abstract IScheduler Scheduler { get; }

    /// <summary>Takes messages for nobody and publishes them as <see cref="DeadLetter"/>.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>Time since the system was started.</summary>
    public abstract TimeSpan Uptime { get; }

    /// <summary>Ends when all actors have stopped and the termination callbacks have run.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>Starts a system on the thread pool and the machine's clock; see <see cref="ActorRuntime"/>.</summary>
    public static ActorSystem Create(string name) => ActorRuntime.Start(name, new ActorRuntimeOptions());

    /// <summary>Starts a top-level actor.</summary>
    /// <inheritdoc/>
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <summary>Stops an actor after its current message; returns at once.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>
    /// Runs the <see cref="CoordinatedShutdown"/>, at whose end the user's actors stop, then the system's own; further
    /// calls change nothing.
    /// </summary>
    public abstract Task Terminate();

    /// <summary>Runs the code after the last actor has stopped; latest registration first.</summary>
    /// <remarks>Errors: InvalidOperationException when the system has terminated.</remarks>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Begins termination and does not wait for it.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);
}
