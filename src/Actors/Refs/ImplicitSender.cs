namespace Distributed.Actors;

/// <summary>Who sends when nobody is named: the running actor, else the actor a test speaks as.</summary>
internal static class ImplicitSender
{
    private static readonly AsyncLocal<IActorRef?> Ambient = new();

    // Reading an AsyncLocal costs more than a whole Tell, so programs without a test kit never do it.
    private static volatile bool _isAmbientUsed;

    internal static IActorRef? Current =>
        ActorCell.Current is { } cell ? cell.Self : _isAmbientUsed ? Ambient.Value : null;

    /// <summary>Sets the sender of the calling flow of control, through its awaits.</summary>
    internal static void SetAmbient(IActorRef? sender)
    {
        _isAmbientUsed = true;
        Ambient.Value = sender;
    }
}
