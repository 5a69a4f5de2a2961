using Distributed.Engine.Kernels;

namespace Distributed.Measuring;

/// <summary>What the machine computes with.</summary>
public static class Processor
{
    /// <summary>Model, cores and the widest vectors that kernels use.</summary>
    public static string Description { get; } = $"{Model()}, {Environment.ProcessorCount} cores, {KernelPaths.Best}";

    /// <summary>As the maker calls it.</summary>
    public static string Model()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line is null
            ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown processor"
            : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
