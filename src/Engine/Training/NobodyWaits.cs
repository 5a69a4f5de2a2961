namespace Distributed.Engine.Training;

/// <summary>For work whose parts nobody waits for.</summary>
public sealed class NobodyWaits : IPartsReady
{
    public static NobodyWaits Instance { get; } = new();

    public void OnReady(int count)
    {
        // Nobody is told.
    }
}
