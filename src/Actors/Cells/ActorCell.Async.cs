namespace Distributed.Actors;

/// <content>Handlers that await: the mailbox is suspended, the rest comes back as system messages.</content>
internal sealed partial class ActorCell
{
    private readonly Queue<SystemMessage> _deferred = new();
    private ActorSynchronizationContext? _synchronization;
    private bool _isAsyncPending;

    /// <summary>Starts an asynchronous handler, which takes no other message until it has ended.</summary>
    internal void RunAsync(Func<Task> handler)
    {
        var task = Synchronized(handler);
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
            return;
        }
        _suspendCount++;
        _isAsyncPending = true;
        _ = task.ContinueWith(
            static (ended, self) => ((ActorCell)self!).SelfRef.SendSystem(new AsyncDone(ended)),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>A message counts as current until its handler has ended, so what would end the actor waits.</summary>
    private bool DefersWhileAsync(SystemMessage message)
    {
        if (!_isAsyncPending || message is not (Terminate or Recreate or Resume or Suspend))
        {
            return false;
        }

        _deferred.Enqueue(message);
        return true;
    }

    private void OnContinuation(Continuation continuation)
    {
        try
        {
            _ = Synchronized(() =>
            {
                continuation.Callback(continuation.State);
                return Task.CompletedTask;
            });
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private void OnAsyncDone(Task task)
    {
        _isAsyncPending = false;
        _suspendCount--;
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            Fail(error);
        }
        EndMessage();
        while (_deferred.TryDequeue(out var message))
        {
            HandleSystem(message);
        }
    }

    private Task Synchronized(Func<Task> run)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronization ??= new ActorSynchronizationContext(SelfRef));
        try
        {
            return run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private sealed class ActorSynchronizationContext(LocalActorRef self) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => self.SendSystem(new Continuation(d, state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException($"{self.Path}: an actor cannot be entered from outside; send it a message");

        public override SynchronizationContext CreateCopy() => this;
    }
}
