using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;

namespace Distributed.Examples;

/// <summary>
/// Random inputs, random targets, a network with parameters to spare: it learns them by heart. The gradient of a sum
/// over samples is the sum of gradients, so two workers with half the samples each take exactly the same steps.
/// </summary>
public sealed class RandomRegression : IExample
{
    private const int Samples = 64;

    /// <summary>Uniform in ±√3: mean 0 and variance 1.</summary>
    private static readonly UniformInitializer Unit = new(-1.7320508f, 1.7320508f);

    public string Name => "random-regression";

    public string Summary => "64 random samples, 1000 → 100 → 10, two-layer ReLU, 500 steps; on 1 and on 2 workers";

    public void Run(Lesson lesson)
    {
        var model = new Sequential
        {
            new Linear(1000, 100, bias: false, weights: Unit), new ReLU(),
            new Linear(100, 10, bias: false, weights: Unit),
        };
        var job = new Job
        {
            Epochs = 500,
            BatchSize = Samples,
            MicrobatchSize = Samples / 2,
            Loss = "sum-of-squares",
            Reduction = "sum",
            Optimizer = "sgd",
            LearningRate = 1e-6f,
        };
        var data = new DataSplit(new RandomSet(), test: null);
        var alone = JobRun.Of(job, data, model, workers: 1);
        var together = JobRun.Of(job, data, model, workers: 2);
        for (var step = 0; step < alone.Losses.Count; step++)
        {
            if (step % 100 == 0 || step == alone.Losses.Count - 1)
            {
                lesson.Say($"step {step}: loss {alone.Losses[step] * Samples:G4}");
            }
        }

        lesson.Check("the loss falls by more than 10⁶", alone.Losses[0] > 1e6 * alone.Losses[^1]);
        lesson.Check("two workers' losses have the same bits at every step",
            alone.Losses.SequenceEqual(together.Losses));
        lesson.Check($"and so have the weights: {alone.Done.Fingerprint}",
            alone.Done.Fingerprint == together.Done.Fingerprint);
    }

    /// <summary>A data set is what can be read sample by sample; this one has ten targets each.</summary>
    private sealed class RandomSet : DataSet
    {
        private readonly float[] _features = Draw(Samples * 1000, seed: 7);
        private readonly float[] _targets = Draw(Samples * 10, seed: 8);

        internal RandomSet()
            : base("random numbers", Samples, [1000], TaskKind.Regression, classCount: 0)
        {
        }

        public override int TargetWidth => 10;

        public override void ReadFeatures(int sample, Span<float> destination) =>
            _features.AsSpan(sample * FeatureCount, FeatureCount).CopyTo(destination);

        public override void ReadTarget(int sample, Span<float> destination) =>
            _targets.AsSpan(sample * TargetWidth, TargetWidth).CopyTo(destination);

        protected override string ComputeContentHash() => Convert.ToHexStringLower(
            SHA256.HashData(MemoryMarshal.AsBytes<float>([.. _features, .. _targets])));

        private static float[] Draw(int count, ulong seed)
        {
            var values = new float[count];
            Unit.Fill(seed, TensorShape.Of(count), 0, values);
            return values;
        }
    }
}
