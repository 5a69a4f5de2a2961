namespace Distributed.Actors;

/// <summary>The one kind of actor system there is: /user and /system below a root, all in this process.</summary>
internal sealed class LocalActorSystem : ActorSystem
{
    private readonly ActorCell _user;
    private readonly ActorCell _systemGuardian;
    private readonly TellScheduler _scheduler;
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _terminationLock = new();
    private readonly ActorPath _root;
    private readonly LoggerSink? _logger;
    private readonly long _startedAt;
    private CoordinatedShutdown? _shutdown;
    private Stack<Action>? _terminationCallbacks = new();
    private long _lastUid;
    private long _lastTemp;

    internal LocalActorSystem(string name, ActorRuntimeOptions options)
    {
        Name = name;
        Options = options;
        TimeProvider = options.TimeProvider;
        _logger = options.LoggerFactory is { } factory ? new LoggerSink(factory) : null;
        _startedAt = TimeProvider.GetTimestamp();
        _scheduler = new TellScheduler(TimeProvider);
        _root = new ActorPath(new Address(Address.LocalProtocol, name));
        DeadLetterBox = new DeadLetterRef(this, _root / "deadLetters");
        Log = new LoggingAdapter(this, _root.ToString());
        var top = new RootRef(this, _root);
        var guardian = Props.Create(() => new Guardian());
        _systemGuardian = new ActorCell(this, guardian, top, _root.Child("system", NextUid()));
        _user = new ActorCell(this, guardian, top, _root.Child("user", NextUid()));
        _systemGuardian.Start();
        _user.Start();
    }

    public override string Name { get; }

    public override EventStream EventStream { get; } = new();

    public override ILoggingAdapter Log { get; }

    public override IScheduler Scheduler => _scheduler;

    public override IActorRef DeadLetters => DeadLetterBox;

    public override TimeSpan Uptime => TimeProvider.GetElapsedTime(_startedAt);

    public override Task WhenTerminated => _terminated.Task;

    internal ActorRuntimeOptions Options { get; }

    internal TimeProvider TimeProvider { get; }

    internal DeadLetterRef DeadLetterBox { get; }

    /// <summary>Made when first asked for: most systems end without tasks.</summary>
    internal CoordinatedShutdown Shutdown =>
        _shutdown ?? Interlocked.CompareExchange(ref _shutdown, new CoordinatedShutdown(this), null) ?? _shutdown;

    public override IActorRef ActorOf(Props props, string? name = null) => _user.ActorOf(props, name);

    public override void Stop(IActorRef actor) => _user.Stop(actor);

    public override Task Terminate()
    {
        Shutdown.RunForTermination();
        return WhenTerminated;
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_terminationLock)
        {
            if (_terminationCallbacks is null)
            {
                throw new InvalidOperationException($"system '{Name}' has terminated: too late to register");
            }

            _terminationCallbacks.Push(code);
        }
    }

    /// <summary>Starts an actor that outlives all user actors.</summary>
    internal IActorRef SystemActorOf(Props props, string? name) => _systemGuardian.ActorOf(props, name);

    internal long NextUid() => Interlocked.Increment(ref _lastUid);

    internal ActorPath NextTempPath()
    {
        var number = Interlocked.Increment(ref _lastTemp);
        return (_root / "temp").Child(ActorNames.Auto(number), NextUid());
    }

    internal IDispatcher DispatcherFor(Props props, ActorPath path)
    {
        if (Options.Dispatchers.TryGetValue(props.Dispatcher, out var make))
        {
            return make(path);
        }

        return props.Dispatcher switch
        {
            DispatcherNames.Default => Options.Dispatcher,
            DispatcherNames.DedicatedThread => new DedicatedThreadDispatcher(path.ToString()),
            _ => throw new ArgumentException(
                $"{path}: dispatcher '{props.Dispatcher}' is not known to system '{Name}'; name it in its options"),
        };
    }

    internal MailboxBound? MailboxFor(Props props) => props.Mailbox is null ? null
        : Options.Mailboxes.TryGetValue(props.Mailbox, out var bound) ? bound
        : throw new ArgumentException(
            $"mailbox '{props.Mailbox}' is not known to system '{Name}'; name it in its options");

    internal void Publish(LogEvent log)
    {
        if (log.Level < Options.LogLevel)
        {
            return;
        }

        try
        {
            Options.LogSink?.Invoke(log);
            _logger?.Write(log);
        }
        catch (Exception error)
        {
            // Losing a line must not decide who is restarted: whoever logs may be a supervisor.
            EventStream.Publish(log with { Level = LogLevel.ErrorLevel, Message = "log sink failed", Cause = error });
        }
        EventStream.Publish(log);
    }

    /// <summary>The last resort: nobody can answer this error, so the whole system goes.</summary>
    internal void ReportFatal(Exception error)
    {
        try
        {
            Options.FatalSink?.Invoke(error);
            Log.Error(error, "fatal: {0}; terminating", error.Message);
        }
        finally
        {
            _ = Terminate();
        }
    }

    /// <summary>Begins the end: the user's actors, then the system's own.</summary>
    internal void StopActors() => _user.RequestStop();

    internal void OnGuardianStopped(ActorCell guardian)
    {
        if (ReferenceEquals(guardian, _user))
        {
            _systemGuardian.RequestStop();
        }
        else
        {
            FinishTermination();
        }
    }

    private protected override void Dispose(bool disposing) => _ = Terminate();

    private void FinishTermination()
    {
        _scheduler.Dispose();
        Stack<Action> callbacks;
        lock (_terminationLock)
        {
            callbacks = _terminationCallbacks!;
            _terminationCallbacks = null;
        }
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception error)
            {
                Log.Error(error, "a termination callback failed: {0}", error.Message);
            }
        }
        _terminated.TrySetResult();
        Shutdown.OnSystemEnded();
    }
}
