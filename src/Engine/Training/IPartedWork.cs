namespace Distributed.Engine.Training;

/// <summary>Work whose results become ready in parts, 0, 1, … in order. It may be given to a compute again.</summary>
public interface IPartedWork : IPartsReady
{
    /// <summary>Does the work, and tells all parts before it returns, each as soon as it is there.</summary>
    /// <param name="ready">
    /// This work itself on a real machine; a simulated one listens to nobody and calls
    /// <see cref="IPartsReady.OnReady"/> later, when a machine would have had the parts.
    /// </param>
    public void Run(IPartsReady ready);

    /// <summary>How many parts there are, at least 1.</summary>
    public int Parts { get; }

    /// <summary>The work threw: no further part becomes ready.</summary>
    public void OnFailed(Exception error);
}
