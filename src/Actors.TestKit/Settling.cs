namespace Distributed.Actors.TestKit;

/// <summary>What only this kernel's kit can do: know that no actor has anything left to do.</summary>
public static class Settling
{
    /// <summary>Waits until no actor has anything left to do at the present instant.</summary>
    public static void Settle(this TestKitBase kit)
    {
        ArgumentNullException.ThrowIfNull(kit);
        kit.SharedStage.Settle();
    }
}
