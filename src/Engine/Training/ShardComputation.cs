using Distributed.Engine.Backends;
using Distributed.Engine.Data;
using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>
/// One worker's part of a step or of an evaluation: read the shard's samples, run the plan, add loss and hits up per
/// micro-batch.
/// </summary>
/// <remarks>For one compute thread. Runs allocate nothing.</remarks>
public sealed class ShardComputation
{
    private readonly IExecutable _executable;
    private readonly DataSet _data;
    private readonly Operand _features;
    private readonly Operand _target;
    private readonly Operand? _keys;
    private readonly Operand? _weights;
    private readonly bool _countsHits;

    /// <summary>Loads a plan of a <see cref="TrainingGraph"/> for a data set.</summary>
    public ShardComputation(
        Plan plan, bool countsHits, IBackend backend, DataSet data, AlignedBuffer parameters, PartialSums partials,
        AlignedBuffer? shared = null)
    {
        _executable = backend.Load(plan, parameters, partials, shared);
        _data = data;
        _features = plan.Inputs[TrainingGraph.FeaturesName];
        _target = plan.Inputs[TrainingGraph.TargetName];
        _keys = plan.Inputs.TryGetValue(SampleKey.InputName, out var keys) ? keys : null;
        _weights = plan.Inputs.TryGetValue(TrainingGraph.WeightName, out var weights) ? weights : null;
        _countsHits = countsHits;
    }

    /// <summary>As for <see cref="IExecutable.ClaimsShared"/>.</summary>
    public bool ClaimsShared
    {
        set => _executable.ClaimsShared = value;
    }

    /// <summary>The plan, ready to run; its inputs are written by <see cref="Read"/>.</summary>
    internal IExecutable Executable => _executable;

    private int SamplesMax => _executable.Plan.SamplesMax;

    /// <summary>
    /// Runs the plan over the samples that stand at these places of an order: as many micro-batches at a time as it is
    /// made for, which leaves the pieces of partial sums that one run of all would have left.
    /// </summary>
    /// <remarks>
    /// Shapes: losses and hits are [range.Count]: sums over each micro-batch's samples, a chain of additions
    /// ascending from 0. Units: losses in the loss's unit times samples; first is the place in the order of the
    /// mini-batch's first sample; a null order is the identity.
    /// </remarks>
    public void Run(Permutation? order, int first, in MicrobatchRange range, Span<float> losses, Span<float> hits)
    {
        if (range.Samples <= SamplesMax)
        {
            RunAtOnce(order, first, range, losses, hits);
            return;
        }

        try
        {
            RunInParts(order, first, range, losses, hits);
        }
        finally
        {
            _executable.FirstPiece = 0; // for the next run, whatever has become of this one
        }
    }

    /// <summary>
    /// The same, telling of every part of the partial sums as soon as it is final: along the backward pass where the
    /// plan takes all samples at once, else at the end.
    /// </summary>
    /// <remarks>Losses and hits are written before the first part is told. Errors: ArgumentException for the parts of
    /// another plan.</remarks>
    public void Run(
        Permutation? order, int first, in MicrobatchRange range, Span<float> losses, Span<float> hits,
        ReadyParts parts, IPartsReady ready)
    {
        if (parts.Instructions != _executable.Plan.Instructions.Count)
        {
            throw new ArgumentException(
                $"run: parts of a plan of {parts.Instructions} instructions: this one has "
                + $"{_executable.Plan.Instructions.Count}");
        }

        if (range.Samples > SamplesMax)
        {
            Run(order, first, range, losses, hits);
            ready.OnReady(parts.Count);
            return;
        }

        Read(order, first, range);
        var done = 0;
        foreach (var stop in parts.Stops)
        {
            _executable.Run(range, done, stop.End);
            if (done == 0)
            {
                Sum(range, losses, hits);
            }

            done = stop.End;
            ready.OnReady(stop.Parts);
        }
    }

    /// <summary>
    /// Runs one micro-batch of a range again and returns the first instruction with a result that is not finite.
    /// </summary>
    public Instruction? FirstNonFinite(Permutation? order, int first, in MicrobatchRange microbatch)
    {
        Read(order, first, microbatch);
        return _executable.FirstNonFinite(microbatch);
    }

    /// <summary>
    /// A worker's strips of all joint products over a mini-batch, when the workers that share memory have run all of
    /// it.
    /// </summary>
    public void SumJointly(in MicrobatchRange batch, StripShares shares, int rank, IGradientStrips strips)
    {
        for (var product = 0; product < _executable.Plan.JointProducts.Count; product++)
        {
            _executable.SumJointly(product, batch, shares, rank, strips);
        }
    }

    private void RunInParts(
        Permutation? order, int first, in MicrobatchRange range, Span<float> losses, Span<float> hits)
    {
        // As in a binary counter: pieces wait, and the newest is added to those before it that it makes a node with.
        var (atOnce, waiting) = (Math.Max(1, SamplesMax / range.Size), 0);
        for (var done = 0; done < range.Count;)
        {
            var node = CanonicalTree.NodeAt(range.First + done, Math.Min(atOnce, range.Count - done));
            _executable.FirstPiece = waiting;
            RunAtOnce(
                order, first, range.Slice(done, node.Size), losses.Slice(done, node.Size), hits.Slice(done, node.Size));
            for (var merges = CanonicalTree.MergesAfter(range.First, node); merges > 0; merges--)
            {
                _executable.AddNextPieceTo(--waiting);
            }

            waiting++;
            done += node.Size;
        }
    }

    private void RunAtOnce(
        Permutation? order, int first, in MicrobatchRange range, Span<float> losses, Span<float> hits)
    {
        Read(order, first, range);
        _executable.Run(range);
        Sum(range, losses, hits);
    }

    private static int SampleAt(Permutation? order, int place) => order is null ? place : (int)order[place];

    private void Sum(in MicrobatchRange range, Span<float> losses, Span<float> hits)
    {
        SumByMicrobatch(_executable.Output(_executable.Plan.Outputs[0], range), range, losses);
        if (_countsHits)
        {
            SumByMicrobatch(_executable.Output(_executable.Plan.Outputs[1], range), range, hits);
        }
    }

    private static void SumByMicrobatch(ReadOnlySpan<float> values, in MicrobatchRange range, Span<float> sums)
    {
        for (var i = 0; i < range.Count; i++)
        {
            var sum = 0f;
            foreach (var value in values.Slice(i * range.Size, range.SamplesIn(i)))
            {
                sum += value;
            }

            sums[i] = sum;
        }
    }

    /// <summary>Writes a range's samples of the mini-batch that starts at a place of an order where the plan reads
    /// them.</summary>
    internal void Read(Permutation? order, int batchStart, in MicrobatchRange range)
    {
        var (first, samples) = (batchStart + range.FirstSample, range.Samples);
        var features = _executable.Input(_features, range);
        var targets = _executable.Input(_target, range);
        Span<float> weights = _weights is { } operand ? _executable.Input(operand, range) : [];
        var (width, targetWidth) = (_data.FeatureCount, _data.TargetWidth);
        for (int i = 0, next = samples > 0 ? SampleAt(order, first) : 0; i < samples; i++)
        {
            var sample = next;
            if (i + 1 < samples)
            {
                next = SampleAt(order, first + i + 1);
                _data.Expect(next);
            }

            _data.ReadFeatures(sample, features.Slice(i * width, width));
            _data.ReadTarget(sample, targets.Slice(i * targetWidth, targetWidth));
            if (!weights.IsEmpty)
            {
                weights[i] = _data.Weight(sample);
            }
        }

        if (_keys is { } place)
        {
            var keys = _executable.Input(place, range);
            for (var i = 0; i < samples; i++)
            {
                var key = order?.KeyAt(first + i) ?? (ulong)(first + i);
                SampleKey.Write(key, keys.Slice(i * SampleKey.Floats, SampleKey.Floats));
            }
        }
    }
}
