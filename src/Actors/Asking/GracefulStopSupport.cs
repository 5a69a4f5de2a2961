namespace Distributed.Actors;

public static class GracefulStopSupport
{
    /// <summary>Asks the actor to stop and waits until it has; false when it takes longer than the timeout.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) =>
        target.GracefulStop(timeout, PoisonPill.Instance);

    /// <inheritdoc cref="GracefulStop(IActorRef, TimeSpan)"/>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var subject = InternalActorRef.From(target, "graceful stop");
        if (subject.System is not { } system)
        {
            return true;
        }

        var promise = new PromiseRef(system);
        promise.FailAfter(timeout, () => new AskTimeoutException($"graceful stop: {target.Path} still runs"));
        subject.SendSystem(new Watch(promise));
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            return await promise.Task.ConfigureAwait(false) is Terminated;
        }
        catch (AskTimeoutException)
        {
            subject.SendSystem(new Unwatch(promise));
            return false;
        }
    }
}
