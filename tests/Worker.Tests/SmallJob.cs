using Distributed.Cluster.Collectives;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Randomness;
using Distributed.Engine.Training;
using Distributed.Worker.Local;
using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests;

/// <summary>
/// A job small enough for the definition: 100 samples of 6 features, 3 classes, the last batch short.
/// </summary>
internal static class SmallJob
{
    internal const int Samples = 100;
    internal const int BatchSize = 24;
    internal const int MicrobatchSize = 3;

    private static readonly Sequential Mlp = new() { new Linear(6, 10), new ReLU(), new Linear(10, 3) };

    /// <summary>Layers that look at micro-batches and at chance.</summary>
    internal static Sequential Sampling { get; } = new()
    {
        new BatchNorm(6), new Linear(6, 10), new BatchNorm(10), new ReLU(), new Dropout(0.3f), new LayerNorm(10),
        new Dropout(0.2f), new Linear(10, 3),
    };

    internal static LocalJob Create(
        int workers, float rate = 0.1f, DataSet? train = null, Layer? model = null, Optimizer? optimizer = null,
        int? samplesAtOnce = null)
    {
        var data = train ?? new Blobs(Samples);
        var graph = new TrainingGraph(model ?? Mlp, data);
        var state = new TrainingState(
            graph.Layout, optimizer ?? (rate == 1 ? new Sgd(rate) : new Momentum(rate)));
        graph.Layout.Initialise(7, state.Parameters);
        var plan = LocalJob.PlanOf(graph, state.Optimizer, BatchSize, MicrobatchSize, BatchSize);
        if (samplesAtOnce is { } samples)
        {
            plan = graph.TrainingPlan(samples, jointSamples: plan.JointSamples);
        }

        return new LocalJob
        {
            Graph = graph,
            State = state,
            Schedule = new BatchSchedule(data.Count, BatchSize, MicrobatchSize, seed: 3),
            Data = new DataSplit(data, new Blobs(50)),
            TrainingPlan = plan,
            EvaluationPlan = graph.EvaluationPlan(MicrobatchSize),
            Group = new SharedMemoryGroup(
                workers, plan.Partials, BatchSize / MicrobatchSize, BatchSize / MicrobatchSize,
                TimeSpan.FromMinutes(1)),
        };
    }

    /// <summary>The same job for workers that have weights of their own.</summary>
    internal static ReplicaJob Replicated(Optimizer optimizer, DataSet? train = null, Layer? model = null)
    {
        var job = Create(workers: 1, train: train, model: model, optimizer: optimizer);
        return new ReplicaJob
        {
            Graph = job.Graph,
            Schedule = job.Schedule,
            Data = job.Data,
            EvaluationPlan = job.EvaluationPlan,
            Optimizer = optimizer,
            Seed = 7,
        };
    }

    internal static uint[] BitsOf(TrainingState state) =>
        [.. state.Slots.Prepend(state.Parameters).SelectMany(buffer => buffer.Span.ToArray())
            .Select(BitConverter.SingleToUInt32Bits)];

    /// <summary>
    /// A layer whose matrix and bias are used twice, so that their gradients are sums of several batch sums.
    /// </summary>
    internal sealed record Recurrent : Layer
    {
        public override string Kind => "recurrent";

        public override Tensor Apply(Tensor input)
        {
            var weight = input.Graph.Parameter("weight", [6, 6], new HeUniformInitializer());
            var bias = input.Graph.Parameter("bias", [6], new ConstantInitializer(0.1f));
            var once = (input.MatMul(weight) + bias).Tanh();
            return (once.MatMul(weight) + bias).Tanh() * (bias + 1f);
        }
    }

    /// <summary>A layer that makes so much of every sample that runs take one micro-batch at a time.</summary>
    internal sealed record Swelling : Layer
    {
        private const int Width = 12_000;

        public override string Kind => "swelling";

        public override Tensor Apply(Tensor input)
        {
            var scale = input.Graph.Parameter("scale", [6], new ConstantInitializer(1));
            var factors = Enumerable.Range(0, Width).Select(i => (float)i / Width).ToArray();
            return ((input * scale).WithUnit(1) * input.Graph.Constant(factors, Width)).Tanh().Square().Mean(1);
        }
    }

    /// <summary>A layer whose matrix is used many times, so that its gradient has as many terms.</summary>
    internal sealed record Unrolled(int Uses) : Layer
    {
        public override string Kind => "unrolled";

        public override Tensor Apply(Tensor input)
        {
            var weight = input.Graph.Parameter("weight", [6, 6], new HeUniformInitializer());
            return Enumerable.Range(0, Uses).Aggregate(input, (state, _) => state.MatMul(weight).Tanh());
        }
    }

    /// <summary>Random features; the class is where the first is largest of the first three.</summary>
    internal sealed class Blobs(int count) : DataSet("blobs", count, [6], TaskKind.Classification, 3)
    {
        private readonly CounterRandom _random = new(11, RandomPurpose.Example);

        /// <summary>A sample that reads as NaN; none by default.</summary>
        internal int Poisoned { get; init; } = -1;

        /// <summary>A sample that cannot be read; none by default.</summary>
        internal int Unreadable { get; init; } = -1;

        public override void ReadFeatures(int sample, Span<float> destination)
        {
            if (sample == Unreadable)
            {
                throw new IOException("disk on fire");
            }

            _random.FillUniform(destination, (ulong)sample * 6, -1, 1);
            if (sample == Poisoned)
            {
                destination[2] = float.NaN;
            }
        }

        public override void ReadTarget(int sample, Span<float> destination)
        {
            Span<float> features = stackalloc float[6];
            _random.FillUniform(features, (ulong)sample * 6, -1, 1);
            var largest = Math.Max(features[0], Math.Max(features[1], features[2]));
            destination[0] = features[..3].IndexOf(largest);
        }

        protected override string ComputeContentHash() => "blobs";
    }
}
