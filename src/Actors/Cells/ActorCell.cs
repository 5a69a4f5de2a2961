namespace Distributed.Actors;

/// <summary>
/// What lives as long as an actor's reference does: its place in the tree, mailbox, behaviour and watches. The
/// actor object inside is replaced on restart. All state is touched only within a slice, one thread at a time,
/// except where a member says otherwise.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? _current;

    private readonly Stack<Receive> _behaviors = new();
    private ActorBase? _actor;
    private Envelope _envelope;

    internal ActorCell(LocalActorSystem system, Props props, InternalActorRef parent, ActorPath path)
    {
        LocalSystem = system;
        Props = props;
        ParentRef = parent;
        SelfRef = new LocalActorRef(this, path);
        Mailbox = new Mailbox(this, system.DispatcherFor(props, path), system.MailboxFor(props));
    }

    /// <summary>The cell whose slice this thread is running; null outside actors.</summary>
    internal static ActorCell? Current => _current;

    /// <remarks>Errors: NotSupportedException outside an actor.</remarks>
    internal static ActorCell Running => _current ?? throw new NotSupportedException(
        "no actor is running here: use Context, Self and Sender only inside the actor, and copy what a task needs");

    public IActorRef Self => SelfRef;

    public IActorRef Sender => _envelope.Sender ?? LocalSystem.DeadLetters;

    public IActorRef Parent => ParentRef;

    public ActorSystem System => LocalSystem;

    public Props Props { get; }

    internal LocalActorSystem LocalSystem { get; }

    internal LocalActorRef SelfRef { get; }

    internal InternalActorRef ParentRef { get; }

    internal Mailbox Mailbox { get; }

    /// <summary>Whether the actor's constructor is running, the one moment an actor may be made.</summary>
    internal bool IsBuildingActor { get; private set; }

    internal ref readonly Envelope CurrentEnvelope => ref _envelope;

    /// <summary>One turn: all system messages, then user messages up to the dispatcher's limit.</summary>
    internal void RunSlice()
    {
        var outer = _current;
        _current = this;
        try
        {
            RunSystemMessages();
            RunUserMessages(Mailbox.SliceMessagesMax);
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Runs kernel code for the actor from outside its slice, before the actor has begun.</summary>
    internal void Start() => Mailbox.PostSystem(Create.Instance);

    private void RunSystemMessages()
    {
        while (Mailbox.TryTakeSystem(out var message))
        {
            try
            {
                HandleSystem(message);
            }
            catch (Exception error)
            {
                // Actor code is guarded where it is called, so this is an invariant of the kernel, broken.
                LocalSystem.ReportFatal(
                    new InvalidOperationException($"{Self.Path}: {message.GetType().Name} failed", error));
            }
        }
    }

    private void HandleSystem(SystemMessage message)
    {
        if (IsDead)
        {
            HandleSystemWhenDead(message);
            return;
        }
        if (DefersWhileAsync(message))
        {
            return;
        }

        switch (message)
        {
            case Create: OnCreate(); break;
            case Suspend: OnSuspend(); break;
            case Resume: OnResume(); break;
            case Recreate recreate: OnRecreate(recreate.Cause); break;
            case Terminate: OnTerminate(); break;
            case Failed failed: OnFailed(failed); break;
            case ChildStopped: OnChildStopped(); break;
            case Watch watch: OnWatch(watch.Watcher); break;
            case Unwatch unwatch: OnUnwatch(unwatch.Watcher); break;
            case DeathNotice notice: OnDeathNotice(notice.Actor); break;
            case Continuation continuation: OnContinuation(continuation); break;
            case AsyncDone done: OnAsyncDone(done.Task); break;
            default: throw new InvalidOperationException($"unknown system message {message}");
        }
    }

    private void HandleSystemWhenDead(SystemMessage message)
    {
        if (message is Continuation continuation)
        {
            OnContinuation(continuation);
        }
        else
        {
            DeadTarget.Answer(SelfRef, message);
        }
    }
}
