namespace Distributed.Engine.Training;

/// <summary>Whoever waits for results that become ready in parts.</summary>
public interface IPartsReady
{
    /// <summary>The first so many parts are ready, and stay as they are.</summary>
    public void OnReady(int count);
}
