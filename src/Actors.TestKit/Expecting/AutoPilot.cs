namespace Distributed.Actors.TestKit;

/// <summary>Answers a probe's messages by itself, before the test sees them.</summary>
public abstract class AutoPilot
{
    /// <summary>Reacts to one message; the result reacts to the next one.</summary>
    public abstract AutoPilot Run(IActorRef sender, object message);

    internal virtual AutoPilot? Next(AutoPilot current) => this;
}

/// <summary>The same pilot goes on.</summary>
public sealed class KeepRunning : AutoPilot
{
    public static readonly KeepRunning Instance = new();

    private KeepRunning()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;

    internal override AutoPilot Next(AutoPilot current) => current;
}

/// <summary>No pilot from here on.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    public static readonly NoAutoPilot Instance = new();

    private NoAutoPilot()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;

    internal override AutoPilot? Next(AutoPilot current) => null;
}

/// <summary>A pilot in one function.</summary>
public sealed class DelegateAutoPilot(Func<IActorRef, object, AutoPilot> react) : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => react(sender, message);
}
