using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Optimizers.Schedules;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>The jobs that seeds draw from. Made once; never changed.</summary>
internal static class SmallJobs
{
    internal static IReadOnlyList<SimulatedJob> All { get; } =
    [
        new("momentum, 3 buckets", Mlp(), new Momentum(0.1f), 100, 24, 3, epochs: 4, buckets: 3),
        new("momentum, 1 bucket", Mlp(), new Momentum(0.05f), 64, 16, 2, epochs: 5, buckets: 1),
        new("sgd, 2 buckets", Mlp(), new Sgd(0.1f), 70, 16, 2, epochs: 4, buckets: 2),
        new("shared weights, 2 buckets", Shared(), new Momentum(0.05f), 50, 10, 1, epochs: 4, buckets: 2),
        new("adam, clipped, 2 buckets", Mlp(), Clipped(), 80, 20, 2, epochs: 4, buckets: 2),
    ];

    /// <summary>Two slots, corrections by the step's number, and an exchange of squares before every update.</summary>
    private static Adam Clipped() => new(0.02f)
    {
        Regularisation = new Regularisation { ClipNorm = 0.3f, WeightDecay = 0.01f },
        Schedule = new ExponentialRate(0.9) { WarmUp = 5 },
    };

    private static Sequential Mlp() => new() { new Linear(6, 10), new ReLU(), new Linear(10, 3) };

    private static Sequential Shared() => new() { new Recurrent(), new Linear(6, 3) };

    /// <summary>Its matrix and bias are used twice, so their gradients are sums of several batch sums.</summary>
    private sealed record Recurrent : Layer
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
}
