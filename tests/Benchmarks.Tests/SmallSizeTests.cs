using Distributed.Benchmarks.Comparisons;
using Distributed.Benchmarks.Kernels;
using Distributed.Benchmarks.Messaging;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Tests;

/// <summary>Every benchmark runs once at its small size, so that none rots.</summary>
public sealed class SmallSizeTests
{
    [Fact]
    public void Kernels_EqualTheirDefinitions() => Assert.All(KernelSpeeds.All(BenchmarkSize.Small), kernel =>
    {
        kernel.Prepare();
        kernel.Measured();
    });

    [Theory]
    [InlineData("scaling", 3)]
    [InlineData("tree-cost", 5)]
    [InlineData("allocations", 2)]
    [InlineData("kernels", 11)]
    [InlineData("actors", 4)]
    [InlineData("allreduce", 5)]
    [InlineData("cluster", 2)]
    [InlineData("compare", 3)]
    [InlineData("sweep", 4)]
    [InlineData("start", 2)]
    public void Comparison_HasItsRows(string name, int rows)
    {
        var comparison = Comparison.All.Single(comparison => comparison.Name == name);
        Assert.Equal(rows, comparison.Measure(Effort.Small).Rows.Count);
    }

    [Fact]
    public void Products_HaveARowForEachFormAndPath() => Assert.Equal(
        3 * Peak.Paths.Count,
        Comparison.All.Single(comparison => comparison.Name == "gemm").Measure(Effort.Small).Rows.Count);

    [Fact]
    public void SteadyStep_AllocatesNothing()
    {
        var step = new SteadyStep { Job = "small" };
        step.Start();
        step.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var loss = 0f;
        for (var i = 0; i < 1000; i++)
        {
            loss = step.Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(float.IsFinite(loss));
    }

    [Fact]
    public void Tell_AllocatesNothing_WhenTheObjectExists()
    {
        using var tell = new TellBenchmark { Size = BenchmarkSize.Small };
        tell.Start();
        tell.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        tell.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TrainingStep_Runs(int workers)
    {
        using var step = new TrainingStep { Job = "small", Workers = workers };
        step.Start();
        step.Lease();
    }
}
