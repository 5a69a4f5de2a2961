namespace Distributed.Actors;

/// <summary>How a parent answers its children's failures, and how often it restarts them.</summary>
/// <remarks>
/// Units: at most MaxNumberOfRetries restarts of one child within the time range, or ever when there is none;
/// one more failure stops it. 0 never restarts; -1 or null is unlimited, but one restart per time range if set.
/// </remarks>
public abstract class SupervisorStrategy
{
    /// <summary>Stop for a failed start, Kill and a death pact; Restart for everything else.</summary>
    public static readonly IDecider DefaultDecider = new DelegateDecider(cause =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException
            ? Directive.Stop
            : Directive.Restart);

    /// <summary>One for one, unlimited, by the default decider.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops whatever fails.</summary>
    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    private protected SupervisorStrategy(
        int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider, bool loggingEnabled)
    {
        MaxNumberOfRetries = maxNrOfRetries ?? -1;
        TimeRange = withinTimeRange;
        Decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    public IDecider Decider { get; }

    internal int MaxNumberOfRetries { get; }

    internal TimeSpan? TimeRange { get; }

    internal bool LoggingEnabled { get; }

    internal abstract bool AffectsSiblings { get; }

    private protected static TimeSpan? TimeRangeOf(int milliseconds) =>
        milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
}

/// <summary>Applies the directive to the failed child only.</summary>
public sealed class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(
        int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : base(maxNrOfRetries, withinTimeRange, new DelegateDecider(localOnlyDecider), true)
    {
    }

    public OneForOneStrategy(
        int maxNrOfRetries,
        int withinTimeMilliseconds,
        Func<Exception, Directive> localOnlyDecider,
        bool loggingEnabled = true)
        : base(
            maxNrOfRetries, TimeRangeOf(withinTimeMilliseconds), new DelegateDecider(localOnlyDecider), loggingEnabled)
    {
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    public OneForOneStrategy(IDecider decider)
        : base(-1, null, decider, true)
    {
    }

    internal override bool AffectsSiblings => false;
}

/// <summary>Restarts or stops all children when one fails; Resume and Escalate concern the failed one.</summary>
public sealed class AllForOneStrategy : SupervisorStrategy
{
    public AllForOneStrategy(
        int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : base(maxNrOfRetries, withinTimeRange, new DelegateDecider(localOnlyDecider), true)
    {
    }

    public AllForOneStrategy(
        int maxNrOfRetries,
        int withinTimeMilliseconds,
        Func<Exception, Directive> localOnlyDecider,
        bool loggingEnabled = true)
        : base(
            maxNrOfRetries, TimeRangeOf(withinTimeMilliseconds), new DelegateDecider(localOnlyDecider), loggingEnabled)
    {
    }

    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    public AllForOneStrategy(IDecider decider)
        : base(-1, null, decider, true)
    {
    }

    internal override bool AffectsSiblings => true;
}
