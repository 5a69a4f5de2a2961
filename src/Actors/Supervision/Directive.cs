namespace Distributed.Actors;

/// <summary>What a parent does about a child's failure.</summary>
public enum Directive
{
    /// <summary>The child keeps its state and goes on with the next message.</summary>
    Resume = 0,

    /// <summary>A new actor takes the child's place; its mailbox is kept.</summary>
    Restart = 1,

    /// <summary>The parent fails with the same error.</summary>
    Escalate = 2,

    /// <summary>The child is stopped.</summary>
    Stop = 3,
}

/// <summary>Turns a failure into a directive.</summary>
public interface IDecider
{
    public Directive Decide(Exception cause);
}

internal sealed class DelegateDecider(Func<Exception, Directive> decide) : IDecider
{
    public Directive Decide(Exception cause) => decide(cause);
}
