using System.Collections.Immutable;
using Distributed.Cluster.Messages;
using Wire = Distributed.Cluster.Contracts;

namespace Distributed.Cluster.Links.Grpc;

internal static partial class LinkMapping
{
    /// <summary>Errors: ControlException for what makes no sense.</summary>
    internal static object ToRecord(Wire.LinkMessage message)
    {
        try
        {
            return Read(message);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or FormatException)
        {
            throw new ControlException(
                ControlStatus.InvalidArgument,
                $"{message.MessageCase} makes no sense: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static object Read(Wire.LinkMessage message) => message.MessageCase switch
    {
        Wire.LinkMessage.MessageOneofCase.SignOfLife => SignOfLife.Instance,
        Wire.LinkMessage.MessageOneofCase.Join =>
            new Join(message.Join.Name, message.Join.Node, message.Join.DataAddress),
        Wire.LinkMessage.MessageOneofCase.Leave => new Leave(),
        Wire.LinkMessage.MessageOneofCase.Released => new Released(),
        Wire.LinkMessage.MessageOneofCase.JobOver => new JobOver(message.JobOver.Reason),
        Wire.LinkMessage.MessageOneofCase.Regroup =>
            new Regroup(message.Regroup.Generation, message.Regroup.KnownStep),
        Wire.LinkMessage.MessageOneofCase.Standing => Read(message.Standing),
        Wire.LinkMessage.MessageOneofCase.Form => Read(message.Form),
        Wire.LinkMessage.MessageOneofCase.Formed => new Formed(message.Formed.Generation, message.Formed.Rank),
        Wire.LinkMessage.MessageOneofCase.StillForming =>
            new StillForming(message.StillForming.Generation, message.StillForming.Rank),
        Wire.LinkMessage.MessageOneofCase.PeersLost => new PeersLost(
            message.PeersLost.Generation, message.PeersLost.Rank, [.. message.PeersLost.Peers],
            message.PeersLost.Reason),
        Wire.LinkMessage.MessageOneofCase.SavePlan =>
            new SavePlan(message.SavePlan.Generation, Read(message.SavePlan.Cursor), message.SavePlan.Store),
        Wire.LinkMessage.MessageOneofCase.TrainPlan => new TrainPlan(
            message.TrainPlan.Generation, message.TrainPlan.Rank, message.TrainPlan.FirstStep,
            message.TrainPlan.StepCount, new Sharding(message.TrainPlan.Weights))
        {
            Cuts = message.TrainPlan.Cuts,
            TakesBest = message.TrainPlan.TakesBest,
        },
        Wire.LinkMessage.MessageOneofCase.TrainDone => Read(message.TrainDone),
        Wire.LinkMessage.MessageOneofCase.EvaluatePlan => new EvaluatePlan(
            message.EvaluatePlan.Generation, message.EvaluatePlan.Rank, new Sharding(message.EvaluatePlan.Weights)),
        Wire.LinkMessage.MessageOneofCase.EvaluateDone => new EvaluateDone(
            message.EvaluateDone.Generation, message.EvaluateDone.Rank, [.. message.EvaluateDone.Losses],
            [.. message.EvaluateDone.Hits]),
        Wire.LinkMessage.MessageOneofCase.WorkFailed => new WorkFailed(
            message.WorkFailed.Generation, message.WorkFailed.Rank, message.WorkFailed.Phase,
            message.WorkFailed.Reason, message.WorkFailed.Own),
        Wire.LinkMessage.MessageOneofCase.HowFar => new HowFar(message.HowFar.Generation),
        Wire.LinkMessage.MessageOneofCase.Position => new Position(
            message.Position.Generation, message.Position.Rank, message.Position.Step, message.Position.Parts,
            message.Position.Computes, [.. message.Position.WaitsFor]),
        _ => throw new FormatException("no message of this protocol after the opening"),
    };

    private static Standing Read(Wire.Standing it) => new(
        it.Generation, it.Holdings.Select(Read).ToImmutableArray(), it.TotalsFrom,
        it.Totals.Select(Read).ToImmutableArray());

    private static Holding Read(Wire.Holding it)
    {
        var (offsets, counts) = (it.State?.Offsets, it.State?.Counts);
        if (offsets?.Count != counts?.Count)
        {
            throw new FormatException($"ranges with {offsets?.Count} offsets and {counts?.Count} counts");
        }

        var ranges = (offsets ?? []).Zip(counts ?? [], Range);
        return new Holding(Read(it.Cursor), RangeSet.Of(ranges));
    }

    private static FlatRange Range(int offset, int count) =>
        offset >= 0 && count >= 0 && offset <= int.MaxValue - count
            ? new FlatRange(offset, count)
            : throw new FormatException($"a range of {count} floats from {offset} on");

    private static JobCursor Read(Wire.JobCursor? it) => it is null
        ? throw new FormatException("no cursor")
        : new JobCursor(it.Step, it.EpochLoss, it.EpochHits, it.EpochSamples);

    private static StepTotals Read(Wire.StepTotals it) => new(it.Loss, it.Hits, it.Samples);

    private static Form Read(Wire.Form it) => new(
        it.Generation,
        it.Rank,
        [.. it.Members],
        Read(it.Cursor),
        it.Start switch
        {
            Wire.StartFrom.Members => StartFrom.Members,
            Wire.StartFrom.Seed => StartFrom.Seed,
            Wire.StartFrom.Checkpoint => StartFrom.Checkpoint,
            _ => throw new FormatException($"a start from {it.Start}"),
        },
        it.Buckets,
        it.Shards,
        [.. it.Outgoing.Select(Read)],
        [.. it.Incoming.Select(Read)],
        it.Totals.Select(Read).ToImmutableArray());

    private static Transfer Read(Wire.Transfer it) => new(it.From, it.To, it.Weights, Range(it.Offset, it.Count));

    private static TrainDone Read(Wire.TrainDone it) => new(
        it.Generation,
        it.Rank,
        it.FirstStep,
        it.Steps.Select(Read).ToImmutableArray(),
        new WorkTiming(Time(it.ComputeNanoseconds), Time(it.WaitNanoseconds), it.Samples),
        it.NonFinite is not { } broken
            ? null
            : new NonFinite(broken.Step, broken.Loss, broken.Microbatch, broken.Layer, broken.Operation));

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
