using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Plans;

/// <summary>
/// Weight gradients that workers of a process make jointly, against the same gradients of a plan that sees the whole
/// mini-batch: the same bits, however samples are dealt out and whoever makes which strip.
/// </summary>
public sealed class JointProductsTests
{
    private const int Samples = 21;
    private const int MicrobatchSize = 2;

    [Fact]
    public void Plan_LeavesOutProducts_AndReducesTheRest()
    {
        var plan = Plan.Compile(Outputs(), Samples, BatchMode.Sharded, jointSamples: Samples);
        Assert.Equal(["last", "first"], plan.JointProducts.Select(product => product.Layer));
        Assert.DoesNotContain(plan.Instructions, one => one.Operation is BatchProductOperation
            && one.Output.Shape.SampleLength != 7 * 7);
        Assert.All(
            plan.JointProducts.SelectMany(product => product.Inputs),
            factor => Assert.Equal(Storage.Shared, factor.Storage));

        // first.weight [5, 7], first.bias [7], twice [7, 7], last.weight [7, 3]
        Assert.Equal([(35, 7 + 49)], plan.Reduced);
        Assert.Equal(35 + 7 + 49 + 21, plan.Partials.ResultLength);
    }

    [Fact]
    public void Plan_HasNone_UnlessAsked()
    {
        var plan = Plan.Compile(Outputs(), Samples, BatchMode.Sharded);
        Assert.Empty(plan.JointProducts);
        Assert.Equal(0, plan.SharedLength);
        Assert.Equal([(0, plan.Partials.ResultLength)], plan.Reduced);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Products_HaveTheBitsOfTheWholeBatch_ForAnyWorkers(int workers)
    {
        var expected = WholeBatch(Outputs(), 1, 4);
        foreach (var path in Enum.GetValues<KernelPath>())
        {
            Assert.Equal(expected, Jointly(Outputs(), path, workers, claimsShared: false));
            Assert.Equal(expected, Jointly(Outputs(), path, workers, claimsShared: true));
        }
    }

    /// <summary>A table that is large beside what reads it; with a smaller one nothing is left to be made jointly.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Table_HasTheBitsOfTheWholeBatch_ForAnyWorkers(int workers)
    {
        Assert.Empty(Plan.Compile(Reading(40), Samples, BatchMode.Sharded, jointSamples: Samples).JointProducts);
        var whole = Reading(3000);
        var expected = WholeBatch(whole, 1);
        foreach (var path in Enum.GetValues<KernelPath>())
        {
            Assert.Equal(expected, Jointly(whole, path, workers, claimsShared: false));
            Assert.Equal(expected, Jointly(whole, path, workers, claimsShared: true));
        }
    }

    [Fact]
    public void Load_NamesBothLengths_WhenTheSharedBufferIsShort()
    {
        var plan = Plan.Compile(Outputs(), Samples, BatchMode.Sharded, jointSamples: Samples);
        var error = Assert.Throws<ArgumentException>(() => new CpuBackend().Load(
            plan, new AlignedBuffer(plan.Layout.Length), new PartialSums(plan.Partials.Length, 8)));
        Assert.Equal($"load: the shared buffer holds 0 floats: the plan needs {plan.SharedLength}", error.Message);
    }

    [Fact]
    public void Run_NamesTheLastSample_WhenTheRangeLiesBehindTheMiniBatch()
    {
        var plan = Plan.Compile(Outputs(), Samples, BatchMode.Sharded, jointSamples: Samples);
        var executable = Load(plan, KernelPath.Definition, new AlignedBuffer(plan.SharedLength));
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => executable.Run(new MicrobatchRange(10, 1, MicrobatchSize, 2)));
        Assert.StartsWith("run: samples up to 22 of a mini-batch, the plan is made for 0 to 21", error.Message);
    }

    /// <summary>Two matrices used once, with a bias between, and one that is used twice.</summary>
    private static Tensor[] Outputs()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(5));
        Tensor hidden;
        using (graph.Layer("first"))
        {
            hidden = (x.MatMul(graph.Parameter("weight", [5, 7], new HeUniformInitializer()))
                + graph.Parameter("bias", [7], new ConstantInitializer(0.1f))).Relu();
        }

        var twice = graph.Parameter("twice", [7, 7], new HeUniformInitializer());
        hidden = hidden.MatMul(twice).Tanh().MatMul(twice).Tanh();
        using (graph.Layer("last"))
        {
            hidden = hidden.MatMul(graph.Parameter("weight", [7, 3], new HeUniformInitializer()));
        }

        var loss = hidden.Square().Sum(0);
        return [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)];
    }

    /// <summary>Five reads of a table with so many rows of three.</summary>
    private static Tensor[] Reading(int rows)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(5));
        var table = graph.Parameter("table", [rows, 3], new HeUniformInitializer());
        var loss = ((8 * x) + 5f).Embedding(table).Tanh().Sum(1).Sum(0);
        return [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)];
    }

    private static uint[] WholeBatch(Tensor[] outputs, params int[] joint)
    {
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var executable = Load(plan, KernelPath.Definition, null);
        var range = MicrobatchRange.Whole(Samples, MicrobatchSize);
        Write(executable, range);
        executable.Run(range);
        return [.. joint.SelectMany(i => Bits(executable.Output(plan.Outputs[i], range)))];
    }

    private static uint[] Jointly(Tensor[] outputs, KernelPath path, int workers, bool claimsShared)
    {
        var plan = Plan.Compile(outputs, Samples, BatchMode.Sharded, jointSamples: Samples);
        var shared = new AlignedBuffer(plan.SharedLength);
        var executables = Enumerable.Range(0, workers).Select(_ => Load(plan, path, shared)).ToList();
        var batch = MicrobatchRange.Whole(Samples, MicrobatchSize);
        for (var rank = 0; rank < workers; rank++)
        {
            var (first, end) = (batch.Count * rank / workers, batch.Count * (rank + 1) / workers);
            var shard = MicrobatchRange.Part(Samples, MicrobatchSize, first, end - first);
            executables[rank].ClaimsShared = claimsShared;
            Write(executables[rank], shard);
            executables[rank].Run(shard);
        }

        var flat = new Flat(plan.Partials.ResultLength);
        var shares = new StripShares(plan.JointProducts.Count, workers);
        var threads = Enumerable.Range(0, workers).Select(rank => new Thread(() =>
        {
            for (var product = 0; product < plan.JointProducts.Count; product++)
            {
                executables[rank].SumJointly(product, batch, shares, rank, flat);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return [.. plan.JointProducts.OrderBy(product => product.Output.Offset).SelectMany(
            product => Bits(flat.Floats.AsSpan(product.Output.Offset, product.Output.Shape.SampleLength)))];
    }

    private static IExecutable Load(Plan plan, KernelPath path, AlignedBuffer? shared)
    {
        var parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise(5, parameters);
        var partials = plan.Mode == BatchMode.Whole
            ? PartialSums.None
            : new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(Samples));
        return new CpuBackend(path).Load(plan, parameters, partials, shared);
    }

    /// <summary>Each sample by its place in the mini-batch.</summary>
    private static void Write(IExecutable executable, MicrobatchRange range)
    {
        var x = executable.Input(executable.Plan.Inputs["x"], range);
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = ((((range.FirstSample * 5) + i) * 7 % 11) - 5) / 8f;
        }
    }

    private static uint[] Bits(ReadOnlySpan<float> floats)
    {
        var bits = new uint[floats.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(floats[i]);
        }

        return bits;
    }

    private sealed unsafe class Flat(int length) : IGradientStrips
    {
        internal float[] Floats { get; } = new float[length];

        public int Buffers => 0;

        public bool ClaimsParameters => false;

        public float* Beside(int buffer, int place) => throw new InvalidOperationException("there is no buffer");

        public void Take(float* sums, int rows, int columns, int place, int placeStride)
        {
            for (var row = 0; row < rows; row++, place += placeStride, sums += columns)
            {
                new ReadOnlySpan<float>(sums, columns).CopyTo(Floats.AsSpan(place));
            }
        }
    }
}
