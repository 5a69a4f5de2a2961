using System.Runtime.InteropServices;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Plans;

/// <summary>
/// Goal: a plan that runs some samples at a time through many instructions gives the bits of one that runs each
/// instruction on all samples, whatever the order in which memory is used again.
/// </summary>
public sealed class SampleLoopTests
{
    /// <summary>A shard of five micro-batches, the last one short: pieces of 1 and 4 of them.</summary>
    private static readonly MicrobatchRange Shard = new(First: 3, Count: 5, Size: 5, Samples: 23);

    public static TheoryData<KernelPath> Paths => [.. KernelPaths.All];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_GivesTheBitsOfInstructionsOneByOne_WhenSamplesTakeTurns(KernelPath path)
    {
        var plan = ShardedPlan();
        Assert.Contains(
            plan.SampleLoops,
            loop => loop.End - loop.From > 3 && loop.SampleFloats * Shard.Samples > 1 << 20);
        Assert.Equal(Bits(plan, path, Shard, oneByOne: true), Bits(plan, path, Shard, oneByOne: false));
        Assert.Equal(
            Bits(plan, KernelPath.Definition, Shard, oneByOne: false), Bits(plan, path, Shard, oneByOne: false));
    }

    /// <summary>Convolutions alone: the first one's result is of no more use when the third one begins.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_GivesTheBitsOfInstructionsOneByOne_WhenMemoryIsUsedAgain(KernelPath path)
    {
        var graph = new Graph();
        var result = new Sequential
        {
            new Conv2d(1, 6, 3), new Conv2d(6, 6, 3), new Conv2d(6, 6, 3), new Conv2d(6, 2, 3),
        }.Apply(graph.Input("x", TensorShape.Batch(1, 64, 60)));
        var plan = Plan.Compile([result], Shard.Samples, BatchMode.Sharded);
        Assert.Equal(Bits(plan, path, Shard, oneByOne: true), Bits(plan, path, Shard, oneByOne: false));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_FinishesASumBeforeItIsRead_WhenTheBatchIsWhole(KernelPath path)
    {
        var graph = new Graph();
        var filters = graph.Parameter("filters", [6, 1, 3, 3], new UniformInitializer(-1, 1));
        var x = graph.Input("x", TensorShape.Batch(1, 60, 60));
        var y = x.Conv2d(filters).Sigmoid().Square();
        var gradient = graph.Gradients(y.Sum().BatchSum(), [filters])[0];
        var plan = Plan.Compile([(y * gradient.Sum()).Sigmoid()], Shard.Samples, BatchMode.Whole);
        var whole = MicrobatchRange.Whole(Shard.Samples, Shard.Size);
        Assert.Equal(Bits(plan, path, whole, oneByOne: true), Bits(plan, path, whole, oneByOne: false));
    }

    /// <summary>Values whose places in a sample change, and sums that read what only a loop needs.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_GivesTheBitsOfInstructionsOneByOne_WhenATurnsValuesAreMoved(KernelPath path)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2, 70, 60));
        var filters = graph.Parameter("filters", [4, 2, 3, 3], new UniformInitializer(-1, 1));
        var turned = (x.Conv2d(filters).Sigmoid().Transpose(1, 0, 2).Square() * 3).Transpose(2, 1, 0).Tanh();
        var loss = turned.Slice(0, 5, 40).Square().Sum();
        var plan = Plan.Compile(
            [loss, graph.Gradients(loss.BatchSum(), [filters])[0]], Shard.Samples, BatchMode.Sharded);
        Assert.True(plan.Instructions.Count(instruction => instruction.Output.Storage == Storage.Turn) > 8);
        Assert.Contains(
            plan.Instructions,
            instruction => instruction.Operation is ConvolutionFilterGradientOperation
                && instruction.Inputs[1].Storage == Storage.Turn);
        Assert.Equal(Bits(plan, path, Shard, oneByOne: true), Bits(plan, path, Shard, oneByOne: false));
        Assert.Equal(
            Bits(plan, KernelPath.Definition, Shard, oneByOne: false), Bits(plan, path, Shard, oneByOne: false));
    }

    /// <summary>A run may stop between any two instructions.</summary>
    [Fact]
    public void Run_GivesTheSameBits_WhereverItIsCut()
    {
        var plan = ShardedPlan();
        var expected = Bits(plan, KernelPaths.Best, Shard, oneByOne: false);
        for (var cut = 1; cut < plan.Instructions.Count; cut += 3)
        {
            Assert.Equal(expected, Bits(plan, KernelPaths.Best, Shard, oneByOne: false, cut));
        }
    }

    [Fact]
    public void ValuesOfATurn_AreReadInTheirLoopAlone()
    {
        var plan = ShardedPlan();
        Assert.DoesNotContain(plan.Outputs, output => output.Storage == Storage.Turn);
        foreach (var loop in plan.SampleLoops)
        {
            var made = new HashSet<int>();
            foreach (var instruction in plan.Instructions.Take(loop.From..loop.End))
            {
                Assert.All(
                    instruction.Inputs.Where(input => input.Storage == Storage.Turn),
                    input => Assert.Contains(input.Offset, made));
                made.Add(instruction.Output.Storage == Storage.Turn ? instruction.Output.Offset : -1);
            }
        }
    }

    /// <summary>A loop that is cut runs all samples at once.</summary>
    [Fact]
    public void ReadyParts_EndWhereALoopEnds()
    {
        var graph = new Graph();
        var y = graph.Input("x", TensorShape.Batch(4, 64, 60));
        for (var layer = 0; layer < 16; layer++)
        {
            y = y.Conv2d(graph.Parameter($"filters{layer}", [4, 4, 3, 3], new UniformInitializer(-1, 1))).Tanh();
        }

        var loss = y.Square().Sum();
        var plan = Plan.Compile(
            [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)], Shard.Samples, BatchMode.Sharded);
        var filters = 4 * 4 * 3 * 3;
        var ready = ReadyParts.Of(plan, [.. Enumerable.Range(0, 16).Reverse().Select(
            layer => new[] { (layer * filters, filters) })]);
        Assert.True(ready.Stops.Length > 2);
        foreach (var stop in ready.Stops)
        {
            Assert.DoesNotContain(
                plan.SampleLoops, loop => loop.SampleFloats > 0 && loop.From < stop.End && stop.End < loop.End);
        }
    }

    [Fact]
    public void SampleLoops_CoverThePlanInOrder()
    {
        var plan = ShardedPlan();
        var end = 0;
        foreach (var loop in plan.SampleLoops)
        {
            Assert.Equal(end, loop.From);
            Assert.True(loop.End > loop.From);
            end = loop.End;
        }

        Assert.Equal(plan.Instructions.Count, end);
    }

    [Fact]
    public void SampleLoops_HoldNoInstructionThatNeedsAllSamples()
    {
        var plan = ShardedPlan();
        foreach (var loop in plan.SampleLoops.Where(loop => loop.SampleFloats > 0))
        {
            var names = plan.Instructions.Take(loop.From..loop.End).Select(i => i.Operation.Name).ToList();
            Assert.DoesNotContain(names, name => name.StartsWith("matmul", StringComparison.Ordinal)
                || name is "batch-product" or "batch-sum" or "microbatch-mean");
        }
    }

    /// <summary>Layers of every kind that a loop may hold or end with, forward and backward.</summary>
    private static Plan ShardedPlan()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(1, 64, 60));
        var loss = new Sequential
        {
            new Conv2d(1, 6, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Conv2d(6, 8, 3), new Tanh(),
            new BatchNorm(8), new Residual(new Conv2d(8, 8, 3, padding: 1), new ReLU()), new AvgPool2d(2),
            new Conv2d(8, 4, 3, stride: 2), new Dropout(0.25f), new Flatten(), new Linear(4 * 7 * 6, 5),
        }.Apply(x).Square().Sum();
        return Plan.Compile(
            [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)], Shard.Samples, BatchMode.Sharded);
    }

    private static uint[] Bits(Plan plan, KernelPath path, MicrobatchRange range, bool oneByOne, int cut = 0)
    {
        var partials = plan.Partials.Length == 0
            ? PartialSums.None
            : new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(range.Samples));
        var parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise(5, parameters);
        var executable = new CpuBackend(path).Load(plan, parameters, partials);
        foreach (var (name, operand) in plan.Inputs)
        {
            var values = executable.Input(operand, range);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = name == SampleKey.InputName
                    ? i * 7919 % 65_536
                    : new CounterRandom(9, RandomPurpose.Example).Uniform((ulong)i, -1, 1);
            }
        }

        for (var i = 0; oneByOne && i < plan.Instructions.Count; i++)
        {
            executable.Run(range, i, i + 1);
        }

        if (!oneByOne)
        {
            executable.Run(range, 0, cut);
            executable.Run(range, cut, plan.Instructions.Count);
        }

        return [.. MemoryMarshal.Cast<float, uint>(partials.Buffer.Span),
            .. plan.Outputs.Where(output => output.Storage != Storage.Partial).SelectMany(output =>
                MemoryMarshal.Cast<float, uint>(executable.Output(output, range)).ToArray())];
    }
}
