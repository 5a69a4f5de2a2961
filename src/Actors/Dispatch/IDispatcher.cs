namespace Distributed.Actors;

/// <summary>Decides on which thread, and in which order, actors get to run.</summary>
/// <remarks>
/// A slice is one turn of one actor: some system messages and up to <see cref="SliceMessagesMax"/> user messages.
/// An actor has at most one slice scheduled or running. Slices never throw.
/// </remarks>
public interface IDispatcher
{
    /// <summary>The longest turn of one actor while others wait, in messages; default 30.</summary>
    public int SliceMessagesMax => 30;

    /// <summary>Sees to it that the slice is executed once, soon, and not within this call.</summary>
    public void Schedule(IThreadPoolWorkItem slice);
}

/// <summary>The names that <see cref="Props.WithDispatcher"/> always knows.</summary>
public static class DispatcherNames
{
    /// <summary>The system's own dispatcher.</summary>
    public const string Default = "default";

    /// <summary>A thread that runs this actor and nothing else, from its start to its stop.</summary>
    public const string DedicatedThread = "dedicated-thread";
}
