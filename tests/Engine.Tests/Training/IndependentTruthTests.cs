using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Tests.Fixtures;
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

    private static readonly Truth Numbers = new("tiny_mlp.txt");

    private static Sequential Model => new() { new Linear(5, 7), new ReLU(), new Linear(7, 3) };

    [Fact]
    public void Logits_EqualAnotherImplementations_AtTheStart()
    {
        var graph = new Graph();
        var logits = Model.Apply(graph.Input("x", TensorShape.Batch(5)));
        var plan = Plan.Compile([logits], Samples, BatchMode.Whole);
        var executable = new CpuBackend().Load(plan, Start(plan.Layout), PartialSums.None);
        var range = MicrobatchRange.Whole(Samples, 4);
        var x = executable.Input(plan.Inputs["x"], range);
        for (var i = 0; i < Samples; i++)
        {
            new TinyData().ReadFeatures(i, x.Slice(i * 5, 5));
        }

        executable.Run(range);
        Numbers.AssertClose("logits", executable.Output(plan.Outputs[0], range), Bound);
    }

    [Fact]
    public void Gradients_EqualAnotherImplementations_AtTheStart()
    {
        var (computation, state, partials) = Prepare();
        computation.Run(null, 0, MicrobatchRange.Whole(Samples, Samples), new float[1], new float[1]);
        foreach (var slot in state.Layout.Slots)
        {
            var mean = partials.Piece(0).Slice(slot.Offset, slot.Length).ToArray().Select(sum => sum / Samples);
            Numbers.AssertClose(slot.Name, mean.ToArray(), Bound);
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

        Numbers.AssertClose("losses", losses.ToArray(), Bound);
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
            Truth.Values(slot.Length, salt).CopyTo(parameters.Span[slot.Offset..]);
        }

        return parameters;
    }

    private sealed class TinyData() : DataSet("tiny", Samples, [5], TaskKind.Classification, 3)
    {
        private readonly float[] _features = Truth.Values(Samples * 5, 5);

        public override void ReadFeatures(int sample, Span<float> destination) =>
            _features.AsSpan(sample * 5, 5).CopyTo(destination);

        public override void ReadTarget(int sample, Span<float> destination) => destination[0] = sample * sample % 3;

        protected override string ComputeContentHash() => "tiny";
    }
}
