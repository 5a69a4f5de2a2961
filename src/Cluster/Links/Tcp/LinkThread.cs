namespace Distributed.Cluster.Links.Tcp;

/// <summary>Threads that wait for the network most of the time.</summary>
internal static class LinkThread
{
    private const int StackBytes = 1 << 20;

    internal static void Start(string name, ThreadStart run) =>
        new Thread(run, StackBytes) { IsBackground = true, Name = name }.Start();
}
