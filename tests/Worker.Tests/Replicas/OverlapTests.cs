using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Goal: frames go out along the backward pass. Method: one list of what the backend runs and what the link is given,
/// in the order in which it happens in one thread.
/// </summary>
public sealed class OverlapTests
{
    private const int Buckets = 3;
    private const string FirstLayerDone = "first layer's weight gradient";

    private readonly List<string> _seen = [];
    private readonly List<(AlignedBuffer Buffer, int Offset, float[] Floats)> _sent = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Step_SendsTheLastLayersBucket_BeforeTheFirstLayersGradientIsMade(int threads)
    {
        RunStep(threads);
        var losses = _seen.IndexOf("Losses 0");
        var (sent, made) = (_seen.IndexOf("Partials 0"), _seen.LastIndexOf(FirstLayerDone));
        Assert.True(losses >= 0 && losses < sent && sent < made, string.Join("; ", _seen));
        Assert.Equal(threads, _seen.Count(seen => seen == FirstLayerDone));
        var buckets = _seen.Where(seen => seen.StartsWith("Partials", StringComparison.Ordinal)).Distinct();
        Assert.Equal(["Partials 0", "Partials 1", "Partials 2"], buckets);
        Assert.True(_seen.IndexOf("Partials 2") > made, "the first layer's bucket cannot be ready before");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Step_LeavesPartialSumsAlone_OnceTheyAreSent(int threads)
    {
        RunStep(threads);
        Assert.NotEmpty(_sent);
        Assert.All(_sent, frame => Assert.Equal(
            frame.Floats, frame.Buffer.Span.Slice(frame.Offset, frame.Floats.Length).ToArray()));
    }

    /// <summary>One worker of two, whose other one never answers.</summary>
    private void RunStep(int threads)
    {
        var job = SmallJob.Replicated(new Momentum(0.1f)) with { Backend = new NotingBackend(_seen) };
        var compute = new WaitingCompute(threads);
        var work = new ReplicaShardWork(job, compute, new NotingLink(this), TimeProvider.System);
        work.Open(_ => { });
        work.Halt(new Regroup(1, 0));
        _ = work.Form(new Form(
            1, 0, ImmutableArray.Create("here", "there"), JobCursor.Start, StartFrom.Seed, Buckets, Shards: 8, [], [],
            []));
        _ = work.Train(new TrainPlan(1, 0, 0, 1, new Sharding([7, 1])));
        compute.RunOne();
    }

    /// <summary>Runs in the test's thread, when it says so; of several threads the last comes first.</summary>
    private sealed class WaitingCompute(int threads) : ICompute
    {
        private IPartedWork? _work;

        public int Threads => threads;

        internal void RunOne() => _work!.Run(_work);

        public Task<T> Run<T>(ComputeKind kind, Func<T> work) => Task.FromResult(work());

        public void RunInParts(ComputeKind kind, IPartedWork work) => _work = work;

        public void Together(Action<int> body)
        {
            for (var thread = threads - 1; thread >= 0; thread--)
            {
                body(thread);
            }
        }
    }

    private sealed class NotingLink(OverlapTests tests) : IDataLink
    {
        public string Address => "here";

        public void Open(IDataReceiver receiver)
        {
            // Nothing ever comes.
        }

        public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
        {
            tests._seen.Add($"{header.Kind} {header.Bucket}");
            if (header.Kind == FrameKind.Partials)
            {
                tests._sent.Add((buffer!, offset, buffer!.Span.Slice(offset, header.Count).ToArray()));
            }
        }

        public void Reset()
        {
            // Nothing is on the way.
        }
    }

    private sealed class NotingBackend(List<string> seen) : IBackend
    {
        public string Name => "noting";

        public IExecutable Load(
            Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer? shared = null) =>
            new NotingExecutable(new CpuBackend().Load(plan, parameters, partials, shared), seen);
    }

    /// <summary>Notes when the gradient of the parameter at the buffer's beginning is made.</summary>
    private sealed class NotingExecutable(IExecutable inner, List<string> seen) : IExecutable
    {
        public Plan Plan => inner.Plan;

        public bool ClaimsShared
        {
            get => inner.ClaimsShared;
            set => inner.ClaimsShared = value;
        }

        public int FirstPiece
        {
            get => inner.FirstPiece;
            set => inner.FirstPiece = value;
        }

        public Span<float> Input(Operand input, in MicrobatchRange range) => inner.Input(input, range);

        public ReadOnlySpan<float> Output(Operand output, in MicrobatchRange range) => inner.Output(output, range);

        public void SumJointly(
            int product, in MicrobatchRange batch, StripShares shares, int rank, IGradientStrips strips) =>
            inner.SumJointly(product, batch, shares, rank, strips);

        public void AddNextPieceTo(int piece) => inner.AddNextPieceTo(piece);

        public Instruction? FirstNonFinite(in MicrobatchRange range) => inner.FirstNonFinite(range);

        public void Run(in MicrobatchRange range, int from, int to)
        {
            inner.Run(range, from, to);
            if (Enumerable.Range(from, to - from).Select(i => Plan.Instructions[i].Output)
                .Any(output => output is { Storage: Storage.Partial, Offset: 0 }))
            {
                seen.Add(FirstLayerDone);
            }
        }
    }
}
