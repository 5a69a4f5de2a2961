using System.Runtime.InteropServices;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Plans;

/// <summary>Goal: strips of a weight gradient are the gradient, bit for bit, and become final one by one.</summary>
public sealed class GradientStripsTests
{
    private const int Samples = 12;

    public static TheoryData<KernelPath> Paths => [.. KernelPaths.All];

    /// <summary>Seeds of the shapes are 1 to 12; rows of 512 to 1,200, so that there are 2 to 4 strips.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Strips_GiveTheGradientsBits_OnRandomShapes(KernelPath path)
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var (rows, columns) = (512 + random.Next(700), 1 + random.Next(40));
            var (whole, cut) = (PlanOf(rows, columns, int.MaxValue), PlanOf(rows, columns, stripFloats: 64));
            var strips = Math.Min(4, rows / 256);
            Assert.Equal(
                whole.Instructions.Count + (columns * (rows / strips) > 64 ? strips - 1 : 0), cut.Instructions.Count);
            Assert.Equal(Partials(whole, path, seed), Partials(cut, path, seed));
        }
    }

    [Fact]
    public void Strips_BecomeFinalFromTheLastRowsToTheFirst()
    {
        var (whole, cut) = (PlanOf(1024, 8, int.MaxValue), PlanOf(1024, 8, stripFloats: 64));
        var length = whole.Partials.ResultLength;
        var parts = Enumerable.Range(0, 4).Select(part => (IReadOnlyList<(int, int)>)
            [(length * (3 - part) / 4, (length * (4 - part) / 4) - (length * (3 - part) / 4))]).ToList();
        Assert.Equal(0, ReadyParts.Of(whole, parts).BeforeLast);
        Assert.Equal(3, ReadyParts.Of(cut, parts).BeforeLast);
    }

    [Fact]
    public void Gradients_AreWhole_WhereStripsWouldBeLowOrSmall()
    {
        Assert.Equal(PlanOf(511, 64, int.MaxValue).Instructions.Count, PlanOf(511, 64, 64).Instructions.Count);
        Assert.Equal(PlanOf(600, 8, int.MaxValue).Instructions.Count, PlanOf(600, 8, 4096).Instructions.Count);
    }

    private static Plan PlanOf(int rows, int columns, int stripFloats)
    {
        var graph = new Graph();
        var weight = graph.Parameter("weight", [rows, columns], new HeUniformInitializer());
        var loss = graph.Input("x", TensorShape.Batch(rows)).MatMul(weight).Tanh().Sum(0);
        return Plan.Compile(
            [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)], Samples, BatchMode.Sharded, stripFloats);
    }

    private static uint[] Partials(Plan plan, KernelPath path, int seed)
    {
        var partials = new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(Samples));
        var parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise((ulong)seed, parameters);
        var executable = new CpuBackend(path).Load(plan, parameters, partials);
        var range = MicrobatchRange.Whole(Samples, 3);
        var input = executable.Input(plan.Inputs["x"], range);
        for (var i = 0; i < input.Length; i++)
        {
            input[i] = (((i * 7) % 11) - 5) / 8f;
        }

        executable.Run(range);
        return [.. MemoryMarshal.Cast<float, uint>(partials.Buffer.Span)];
    }
}
