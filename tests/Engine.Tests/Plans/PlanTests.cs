using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Plans;

/// <summary>Compiled plans on the CPU backend, against each other in bits and against the reference in value.</summary>
public sealed class PlanTests
{
    private const int Samples = 37;

    /// <summary>A graph that uses every family of operations, with its outputs.</summary>
    private static (Graph Graph, Tensor[] Outputs) EveryFamily()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(3, 5));
        var labels = graph.Input("labels", TensorShape.Batch());
        var hidden = new Sequential { new Linear(5, 7), new Tanh(), new Flatten(), new Linear(21, 9), new ReLU() }
            .Apply(x);
        var scale = graph.Parameter("scale", [9], new UniformInitializer(0.5f, 2));
        using var head = graph.Layer("head");
        var logits = new Sequential { new Linear(9, 4, bias: false), new Sigmoid() }.Apply((hidden * scale) - 0.25f);
        var loss = logits.SoftmaxCrossEntropy(labels);
        var probabilities = logits.Softmax();
        var spread = (probabilities - probabilities.Sum(0).Reshape(1).Expand(TensorShape.Batch(4))).Square().Sum();
        var total = (loss + (0.1f * spread) + (0.01f * Picture(x).Square().Sum())).BatchSum();
        var gram = hidden.BatchProduct(logits).Transpose().Exp().Sum(1);
        return (graph, [loss, logits.ArgMaxHit(labels), total, gram, .. graph.Gradients(total, graph.Parameters)]);
    }

    /// <summary>Layers for images, with those that look at samples.</summary>
    private static Tensor Picture(Tensor x) => new Sequential
    {
        new AsImages(), new Conv2d(1, 4, 3, padding: 1), new BatchNorm(4), new ReLU(), new MaxPool2d(2, 1),
        new Dropout(0.25f), new Residual(new Conv2d(4, 6, 3, stride: 2, padding: 1, groups: 2)),
        new AvgPool2d(2, 1, 1), new Conv2d(6, 16, 3, padding: 1), new ReLU(), new Conv2d(16, 5, 2), new ReLU(),
        new Conv2d(5, 3, 1), new ReLU(), new GlobalAvgPool(),
    }.Apply(x);

    public static TheoryData<KernelPath> Paths => [.. KernelPaths.All];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_GivesTheSameBits_WhenAnotherPathRunsIt(KernelPath path)
    {
        var (_, outputs) = EveryFamily();
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        Assert.Equal(Run(plan, KernelPath.Definition, Samples, 8), Run(plan, path, Samples, 8));
    }

    [Fact]
    public void Run_GivesTheSameBits_WhenThePlanIsMadeForMoreSamples()
    {
        var (_, outputs) = EveryFamily();
        var exact = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var larger = Plan.Compile(outputs, 3 * Samples, BatchMode.Whole);
        Assert.Equal(Run(exact, KernelPaths.Best, Samples, 8), Run(larger, KernelPaths.Best, Samples, 8));
    }

    [Fact]
    public void Run_GivesTheSameBits_WhenNothingIsFusedOrReused()
    {
        // Every tensor as an output: nothing can be fused, no memory reused.
        var (graph, outputs) = EveryFamily();
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var open = Plan.Compile(
            [.. outputs, .. graph.Tensors.Where(tensor => tensor.Inputs.Count > 0)], Samples, BatchMode.Whole);
        Assert.True(plan.Instructions.Count < open.Instructions.Count);
        Assert.True(plan.ArenaLength < open.ArenaLength);
        Assert.Equal(
            Run(plan, KernelPaths.Best, Samples, 8), Run(open, KernelPaths.Best, Samples, 8).Take(outputs.Length));
    }

    [Theory]
    [InlineData("matmul+bias+tanh")]
    [InlineData("matmul+sigmoid")]
    [InlineData("conv2d+bias")]
    [InlineData("conv2d+bias+relu")]
    [InlineData("max-pool2d-gradient+relu-gradient")]
    [InlineData("conv2d-input-gradient+relu-gradient")]
    public void Compile_JoinsWhatFollows_WhenNothingElseReadsIt(string name)
    {
        var plan = Plan.Compile(EveryFamily().Outputs, Samples, BatchMode.Whole);
        Assert.Contains(plan.Instructions, instruction => instruction.Operation.Name == name);
    }

    [Fact]
    public void Compile_LeavesAConvolutionAlone_WhenItsSumIsReadAsWell()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(1, 5, 5));
        var w = graph.Parameter("w", [2, 1, 3, 3], new ConstantInitializer());
        var y = x.Conv2d(w);
        var plan = Plan.Compile([y.Relu(), y.Sum(0)], Samples, BatchMode.Whole);
        Assert.Equal(
            ["conv2d", "relu", "sum"],
            plan.Instructions.Select(instruction => instruction.Operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Compile_ExpandsNothing_WhereWhatReadsItRepeatsItself()
    {
        var x = new Graph().Input("x", TensorShape.Batch(3, 50));
        var repeated = x.Sum(1).WithUnit(1).Expand(x.Shape);
        Assert.Equal(["sum", "multiply"], Names(repeated * x));
        Assert.Equal(["sum", "multiply"], Names(x * repeated));
        Assert.Equal(["sum", "expand", "add"], Names(repeated + repeated));
        Assert.Equal(["sum", "expand", "multiply"], Names(x * repeated, repeated));
        Assert.Equal(["sum", "expand", "multiply", "tanh"], Names(x * repeated, repeated.Tanh()));
    }

    [Fact]
    public void Compile_SumsBeforeItNegates_WhereADifferenceIsOfRepeatedValues()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(3, 50));
        var y = graph.Input("y", TensorShape.Batch(3, 1));
        var names = Names(graph.Gradients((x - y).Exp().Sum().BatchSum(), [y])[0]);
        Assert.Equal(["sum", "negate"], names[^2..]);
    }

    private static string[] Names(params Tensor[] outputs) =>
        [.. Plan.Compile(outputs, Samples, BatchMode.Whole).Instructions.Select(one => one.Operation.Name)];

    [Fact]
    public void Run_IsCloseToTheReference_WhenValuesAreOrdinary()
    {
        var (_, outputs) = EveryFamily();
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var reference = new ReferenceEvaluator(plan) { MicrobatchSize = 8 };
        var parameters = Parameters(plan);
        for (var i = 0; i < reference.Parameters.Length; i++)
        {
            reference.Parameters[i] = parameters.Span[i];
        }

        foreach (var name in plan.Inputs.Keys)
        {
            var values = reference.Input(name, Samples);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = InputValue(name, i);
            }
        }

        reference.Run(Samples);
        var floats = Run(plan, KernelPaths.Best, Samples, 8);
        for (var output = 0; output < floats.Length; output++)
        {
            var exact = reference.Output(plan.Outputs[output], Samples);
            for (var i = 0; i < exact.Length; i++)
            {
                var bound = 2e-5 * Math.Max(1, Math.Abs(exact[i]));
                Assert.Equal(exact[i], BitConverter.UInt32BitsToSingle(floats[output][i]), bound);
            }
        }
    }

    [Fact]
    public void Run_AllocatesNothing_WhenRepeated()
    {
        var (_, outputs) = EveryFamily();
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var executable = Load(plan, KernelPaths.Best, PartialSums.None);
        var range = MicrobatchRange.Whole(Samples, 8);
        executable.Run(range);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            executable.Run(range);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Compile_NamesBothEnds_WhenAShardedPlanReadsASumOverTheBatch()
    {
        var graph = new Graph();
        var sum = graph.Input("x", TensorShape.Batch(2)).BatchSum();
        var error = Assert.Throws<ArgumentException>(() => Plan.Compile([sum.Exp()], 4, BatchMode.Sharded));
        Assert.Equal(
            "plan: 'exp[2]' reads 'batch-sum[2]', a sum over the batch that no single worker has; "
            + "in a sharded plan such a sum can only be a result", error.Message);
    }

    [Fact]
    public void Run_RefusesTheRange_WhenItHasMoreSamplesThanPlanned()
    {
        var graph = new Graph();
        var plan = Plan.Compile([graph.Input("x", TensorShape.Batch(2)).Exp()], 4, BatchMode.Sharded);
        var executable = Load(plan, KernelPaths.Best, PartialSums.None);
        Assert.Throws<ArgumentOutOfRangeException>(() => executable.Run(MicrobatchRange.Whole(5, 8)));
    }

    [Fact]
    public void FirstNonFinite_NamesTheLayer_WhenAWeightIsInfinite()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(3));
        var output = new Sequential { new Linear(3, 4), new ReLU(), new Linear(4, 2) }.Apply(x);
        var plan = Plan.Compile([output], 8, BatchMode.Sharded);
        var parameters = Parameters(plan);
        var executable = new CpuBackend().Load(plan, parameters, PartialSums.None);
        var range = MicrobatchRange.Whole(8, 4);
        executable.Input(plan.Inputs["x"], range).Fill(1);
        Assert.Null(executable.FirstNonFinite(range));

        parameters.Span[plan.Layout.Slots.Single(slot => slot.Name == "linear2.bias").Offset] = float.PositiveInfinity;
        Assert.Equal("linear2", executable.FirstNonFinite(range)!.Layer);
    }

    private static AlignedBuffer Parameters(Plan plan)
    {
        var parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise(5, parameters);
        return parameters;
    }

    private static IExecutable Load(Plan plan, KernelPath path, PartialSums partials) =>
        new CpuBackend(path).Load(plan, Parameters(plan), partials);

    private static uint[][] Run(Plan plan, KernelPath path, int samples, int microbatchSize)
    {
        var executable = Load(plan, path, PartialSums.None);
        var range = MicrobatchRange.Whole(samples, microbatchSize);
        foreach (var (name, operand) in plan.Inputs)
        {
            var values = executable.Input(operand, range);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = InputValue(name, i);
            }
        }

        executable.Run(range);
        return [.. plan.Outputs.Select(output => executable.Output(output, range).ToArray()
            .Select(BitConverter.SingleToUInt32Bits).ToArray())];
    }

    private static float InputValue(string name, int index) => name switch
    {
        "labels" => index % 4,
        SampleKey.InputName => index * 7919 % 65_536,
        _ => new CounterRandom(9, RandomPurpose.Example).Uniform((ulong)index, -1, 1),
    };
}
