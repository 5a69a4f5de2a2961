using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace Distributed.Actors;

/// <summary>How to make an actor: its class, constructor arguments and surroundings. Immutable.</summary>
public sealed class Props
{
    private const BindingFlags Constructors = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.CreateInstance | BindingFlags.DoNotWrapExceptions;

    private readonly ConstructorInfo? _constructor;

    private Props(Type type, ConstructorInfo? constructor, object?[] arguments, SupervisorStrategy? strategy)
    {
        if (!typeof(ActorBase).IsAssignableFrom(type) || type.IsAbstract)
        {
            throw new ArgumentException($"props: {type} is not a class that can be an actor");
        }

        Type = type;
        Arguments = arguments;
        SupervisorStrategy = strategy;
        _constructor = constructor;
    }

    private Props(Props other)
        : this(other.Type, other._constructor, other.Arguments, other.SupervisorStrategy) =>
        (Dispatcher, Mailbox) = (other.Dispatcher, other.Mailbox);

    /// <summary>The actor's class.</summary>
    public Type Type { get; }

    /// <summary>The constructor's arguments: the same objects for every actor and every restart.</summary>
    public object?[] Arguments { get; }

    /// <summary>How the actor supervises its children; null leaves it to the actor's class.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; private init; }

    /// <summary>The name of the dispatcher to run on.</summary>
    public string Dispatcher { get; private init; } = DispatcherNames.Default;

    /// <summary>The name of the mailbox bound; null for an unbounded mailbox.</summary>
    public string? Mailbox { get; private init; }

    /// <summary>From an expression <c>() => new Actor(…)</c>, whose arguments are evaluated here, once.</summary>
    /// <remarks>Errors: ArgumentException when the body is not a new expression.</remarks>
    public static Props Create<TActor>(
        Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (factory.Body is not NewExpression { Constructor: { } constructor } body)
        {
            throw new ArgumentException(
                $"props: '{factory.Body}' must be new {typeof(TActor).Name}(…), so that restarts can repeat it");
        }
        return new Props(body.Type, constructor, [.. body.Arguments.Select(Evaluate)], supervisorStrategy);
    }

    public static Props Create<TActor>(params object?[] args)
        where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => new(typeof(TActor), null, [], supervisorStrategy);

    public static Props Create(Type type, params object?[] args) => new(type, null, args, null);

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) =>
        new(this) { SupervisorStrategy = supervisorStrategy };

    /// <summary>Chooses a dispatcher by a name of <see cref="DispatcherNames"/> or of the system's options.</summary>
    public Props WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    /// <summary>Chooses a mailbox bound by its name in the system's options.</summary>
    public Props WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    internal ActorBase NewActor() => (ActorBase)(_constructor is not null
        ? _constructor.Invoke(Constructors, null, Arguments, CultureInfo.InvariantCulture)
        : Activator.CreateInstance(Type, Constructors, null, Arguments, CultureInfo.InvariantCulture)!);

    private static object? Evaluate(Expression argument) => argument is ConstantExpression constant
        ? constant.Value
        : Expression.Lambda<Func<object?>>(Expression.Convert(argument, typeof(object)))
            .Compile(preferInterpretation: true)();
}
