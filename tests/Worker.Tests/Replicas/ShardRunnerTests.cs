using Distributed.Cluster;
using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>Shards follow the measured speed: binding plans to memory anew with every lease would cost more than that
/// saves.</summary>
public sealed class ShardRunnerTests
{
    private static readonly Sharding[] Shardings =
        [new([4, 4]), new([3, 5]), new([5, 3]), new([2, 6]), new([7, 1]), new([1, 7]), new([8, 0]), new([0, 8])];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Shards_BindTheirPlansAFewTimes_HoweverTheirSizesChange(int threads)
    {
        var backend = new CountingBackend();
        var job = SmallJob.Replicated(new Momentum(0.1f)) with { Backend = backend };
        var group = new ReplicaGroup(job, buckets: 2, seed: 1, threads);
        group.Form(group.Add(2));
        for (var lease = 0; lease < 2 * Shardings.Length; lease++)
        {
            group.TrainTo(lease + 1, Shardings[lease % Shardings.Length]);
        }

        // For each thread of two workers two buffers of weights; each is bound for the first size, for powers of two
        // up to 8, and where 2 and then 4 pieces are needed.
        Assert.InRange(backend.Loads, 4 * threads, 4 * threads * 5);
        var loads = backend.Loads;
        for (var lease = 0; lease < 4 * Shardings.Length; lease++)
        {
            group.TrainTo((2 * Shardings.Length) + lease + 1, Shardings[lease * 3 % Shardings.Length]);
        }

        Assert.Equal(loads, backend.Loads);
        group.AssertNoUnexpectedFrames();
    }

    private sealed class CountingBackend : IBackend
    {
        public string Name => "counting";

        internal int Loads { get; private set; }

        public IExecutable Load(Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer? shared = null)
        {
            Loads++;
            return new CpuBackend().Load(plan, parameters, partials, shared);
        }
    }
}
