using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Engine.Tests.Training;

/// <summary>
/// A tiny model against numbers that another implementation made: logits, loss and every gradient of its first state,
/// and the losses of its first ten steps. Fixtures/make_tiny_mlp.py made tiny_mlp.txt with PyTorch.
/// </summary>
public sealed class IndependentTruthTests
{
    private const int Samples = 12;
    private const double Bound = 2e-6;

    private static readonly Dictionary<string, double[]> Truth = File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "tiny_mlp.txt"))
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => parts[1..].Select(double.Parse).ToArray(), StringComparer.Ordinal);

    private static Sequential Model => new() { new Linear(5, 7), new ReLU(), new Linear(7, 3) };

    [Fact]
    public void Logits_EqualAnotherImplementations_AtTheStart()
    {
        var graph = new Graph();
        var logits = Model.Apply(graph.Input("x", TensorShape.Batch(5)));
        var plan = Plan.Compile([logits], Samples, BatchMode.Whole);
        var executable = new CpuBackend().Load(plan, Start(plan.Layout), PartialSums.None);
        var x = executable.Input(plan.Inputs["x"], Samples);
        for (var i = 0; i < Samples; i++)
        {
            new TinyData().ReadFeatures(i, x.Slice(i * 5, 5));
        }

        executable.Run(MicrobatchRange.Whole(Samples, 4));
        AssertClose(Truth["logits"], executable.Output(plan.Outputs[0], Samples));
    }

    [Fact]
    public void Gradients_EqualAnotherImplementations_AtTheStart()
    {
        var (computation, state, partials) = Prepare();
        computation.Run(null, 0, MicrobatchRange.Whole(Samples, Samples), new float[1], new float[1]);
        foreach (var slot in state.Layout.Slots)
        {
            var mean = partials.Piece(0).Slice(slot.Offset, slot.Length).ToArray().Select(sum => sum / Samples);
            AssertClose(Truth[slot.Name], mean.ToArray());
        }
    }

    [Fact]
    public void Losses_EqualAnotherImplementations_OverTheFirstTenSteps()
    {
        var (computation, state, partials) = Prepare();
        var range = MicrobatchRange.Whole(Samples, 4);
        var update = ParameterUpdate.Create(state.Optimizer, Engine.Kernels.KernelPaths.Best, state.Layout);
        var pieces = new PieceTable([range], [partials], PartialLayout.Plain(partials.Length));
        var losses = new List<float>();
        var microbatches = new float[range.Count];
        for (var step = 0; step < 10; step++)
        {
            computation.Run(null, 0, range, microbatches, new float[range.Count]);
            losses.Add(CanonicalTree.Sum(microbatches) / Samples);
            update.Apply(
                pieces, 0, state.Buffers, state.Buffers, 0, state.Layout.Length,
                new StepTerms(step + 1, state.Optimizer.LearningRate, Samples));
        }

        AssertClose(Truth["losses"], losses.ToArray());
    }

    private static (ShardComputation Computation, TrainingState State, PartialSums Partials) Prepare()
    {
        var data = new TinyData();
        var graph = new TrainingGraph(Model, data);
        var state = new TrainingState(graph.Layout, new Momentum(0.1f));
        Start(graph.Layout).Span.CopyTo(state.Parameters.Span);
        var plan = graph.TrainingPlan(Samples);
        var partials = new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(Samples));
        var computation = new ShardComputation(
            plan, graph.CountsHits, new CpuBackend(), data, state.Parameters, partials);
        return (computation, state, partials);
    }

    private static AlignedBuffer Start(ParameterLayout layout)
    {
        var parameters = new AlignedBuffer(layout.Length);
        for (var salt = 1; salt <= layout.Slots.Count; salt++)
        {
            var slot = layout.Slots[salt - 1];
            for (var i = 0; i < slot.Length; i++)
            {
                parameters.Span[slot.Offset + i] = Value(i, salt);
            }
        }

        return parameters;
    }

    private static float Value(int index, int salt) => (float)((((index * 37) + (salt * 101)) % 64 - 31.5) / 40);

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Bound);
        }
    }

    private sealed class TinyData() : DataSet("tiny", Samples, [5], TaskKind.Classification, 3)
    {
        public override void ReadFeatures(int sample, Span<float> destination)
        {
            for (var i = 0; i < 5; i++)
            {
                destination[i] = Value((sample * 5) + i, 5);
            }
        }

        public override void ReadTarget(int sample, Span<float> destination) => destination[0] = sample * sample % 3;

        protected override string ComputeContentHash() => "tiny";
    }
}
