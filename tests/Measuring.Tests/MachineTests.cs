using Distributed.Engine.Kernels;

namespace Distributed.Measuring.Tests;

/// <summary>What is measured is a number that can be divided by; how large it is is the machine's matter.</summary>
public sealed class MachineTests
{
    [Fact]
    public void Peak_IsMeasured_OnEveryPath() => Assert.All(
        KernelPaths.All.Where(path => path <= KernelPaths.Best), path => AssertPositive(Peak.Measure(path)));

    [Theory]
    [InlineData(1, 1 << 16)]
    [InlineData(3, 1 << 16)]
    [InlineData(2, 1)]
    public void Bandwidth_IsMeasured_WithAnyNumberOfThreads(int threads, int floats) =>
        AssertPositive(MemoryBandwidth.Measure(threads, floats));

    [Fact]
    public void Processor_SaysItsVectors() => Assert.EndsWith(
        $"{Environment.ProcessorCount} cores, {KernelPaths.Best}", Processor.Description, StringComparison.Ordinal);

    private static void AssertPositive(double value) => Assert.True(value > 0 && double.IsFinite(value), $"{value}");
}
