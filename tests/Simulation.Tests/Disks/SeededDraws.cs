namespace Distributed.Simulation.Tests.Disks;

/// <summary>The draws of one case. Its seed is the case's name: it stands in every message.</summary>
internal sealed class SeededDraws(int seed)
{
    private readonly Random _random = new(seed);

    internal int Below(int bound) => _random.Next(bound);

    internal byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    public override string ToString() => $"seed {seed}";
}
