namespace Distributed.Actors;

/// <summary>What a full mailbox drops; it is published as <see cref="Dropped"/>.</summary>
public enum WhenFull
{
    /// <summary>The arriving message is dropped.</summary>
    DropNewest,

    /// <summary>The message that waited longest is dropped to make room.</summary>
    DropOldest,
}

/// <summary>The written limit of a mailbox that an owner chose to bound.</summary>
/// <remarks>Units: <paramref name="MessagesMax"/> counts waiting user messages, 1 or more.</remarks>
public sealed record MailboxBound(int MessagesMax, WhenFull WhenFull)
{
    public int MessagesMax { get; } = MessagesMax >= 1
        ? MessagesMax
        : throw new ArgumentOutOfRangeException(
            nameof(MessagesMax), MessagesMax, $"mailbox bound {MessagesMax} is out of range: choose 1 or more");
}
