using Distributed.Cluster.Messages;
using Wire = Distributed.Cluster.Contracts;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>The actors' messages as messages of the wire. A test holds that all of them come back the same.</summary>
internal static partial class LinkMapping
{
    /// <summary>Errors: ArgumentException for what is no message of the link; that is a defect of the sender.</summary>
    internal static Wire.LinkMessage ToMessage(object record) => record switch
    {
        SignOfLife => new() { SignOfLife = new() },
        Join it => new() { Join = new() { Name = it.Name, Node = it.Node, DataAddress = it.DataAddress } },
        Leave => new() { Leave = new() },
        Released => new() { Released = new() },
        JobOver it => new() { JobOver = new() { Reason = it.Reason } },
        Regroup it => new() { Regroup = new() { Generation = it.Generation, KnownStep = it.KnownStep } },
        Standing it => new() { Standing = Map(it) },
        Form it => new() { Form = Map(it) },
        Formed it => new() { Formed = new() { Generation = it.Generation, Rank = it.Rank } },
        StillForming it => new() { StillForming = new() { Generation = it.Generation, Rank = it.Rank } },
        PeersLost it => new() { PeersLost = Map(it) },
        SavePlan it => new()
        {
            SavePlan = new() { Generation = it.Generation, Cursor = Map(it.Cursor), Store = it.Store },
        },
        TrainPlan it => new() { TrainPlan = Map(it) },
        TrainDone it => new() { TrainDone = Map(it) },
        EvaluatePlan it => new()
        {
            EvaluatePlan = new() { Generation = it.Generation, Rank = it.Rank, Weights = { it.Sharding.Weights } },
        },
        EvaluateDone it => new()
        {
            EvaluateDone = new()
            {
                Generation = it.Generation,
                Rank = it.Rank,
                Losses = { it.Losses },
                Hits = { it.Hits },
            },
        },
        WorkFailed it => new()
        {
            WorkFailed = new()
            {
                Generation = it.Generation,
                Rank = it.Rank,
                Phase = it.Phase,
                Reason = it.Reason,
                Own = it.Own,
            },
        },
        HowFar it => new() { HowFar = new() { Generation = it.Generation } },
        Position it => new() { Position = Map(it) },
        _ => throw new ArgumentException($"{record.GetType().FullName} is no message of the control link"),
    };

    private static Wire.Position Map(Position it) => new()
    {
        Generation = it.Generation,
        Rank = it.Rank,
        Step = it.Step,
        Parts = it.Parts,
        Computes = it.Computes,
        WaitsFor = { it.WaitsFor },
    };

    private static Wire.Standing Map(Standing it) => new()
    {
        Generation = it.Generation,
        Holdings = { it.Holdings.Select(Map) },
        TotalsFrom = it.TotalsFrom,
        Totals = { it.Totals.Select(Map) },
    };

    private static Wire.Holding Map(Holding it) => new()
    {
        Cursor = Map(it.Cursor),
        State = new()
        {
            Offsets = { it.State.Ranges.Select(range => range.Offset) },
            Counts = { it.State.Ranges.Select(range => range.Count) },
        },
    };

    private static Wire.JobCursor Map(JobCursor it) => new()
    {
        Step = it.Step,
        EpochLoss = it.EpochLoss,
        EpochHits = it.EpochHits,
        EpochSamples = it.EpochSamples,
    };

    private static Wire.StepTotals Map(StepTotals it) =>
        new() { Loss = it.Loss, Hits = it.Hits, Samples = it.Samples };

    private static Wire.Form Map(Form it) => new()
    {
        Generation = it.Generation,
        Rank = it.Rank,
        Members = { it.Members },
        Cursor = Map(it.Cursor),
        Start = it.Start switch
        {
            StartFrom.Members => Wire.StartFrom.Members,
            StartFrom.Seed => Wire.StartFrom.Seed,
            StartFrom.Checkpoint => Wire.StartFrom.Checkpoint,
            _ => throw new ArgumentException($"a start from {it.Start}"),
        },
        Buckets = it.Buckets,
        Shards = it.Shards,
        Outgoing = { it.Outgoing.Select(Map) },
        Incoming = { it.Incoming.Select(Map) },
        Totals = { it.Totals.Select(Map) },
    };

    private static Wire.Transfer Map(Transfer it) => new()
    {
        From = it.From,
        To = it.To,
        Weights = it.Weights,
        Offset = it.Range.Offset,
        Count = it.Range.Count,
    };

    private static Wire.PeersLost Map(PeersLost it) => new()
    {
        Generation = it.Generation,
        Rank = it.Rank,
        Peers = { it.Peers },
        Reason = it.Reason,
    };

    private static Wire.TrainPlan Map(TrainPlan it) => new()
    {
        Generation = it.Generation,
        Rank = it.Rank,
        FirstStep = it.FirstStep,
        StepCount = it.StepCount,
        Weights = { it.Sharding.Weights },
        Cuts = it.Cuts,
        TakesBest = it.TakesBest,
    };

    private static Wire.TrainDone Map(TrainDone it) => new()
    {
        Generation = it.Generation,
        Rank = it.Rank,
        FirstStep = it.FirstStep,
        Steps = { it.Steps.Select(Map) },
        ComputeNanoseconds = it.Timing.Compute.Ticks * TimeSpan.NanosecondsPerTick,
        WaitNanoseconds = it.Timing.Wait.Ticks * TimeSpan.NanosecondsPerTick,
        Samples = it.Timing.Samples,
        NonFinite = it.NonFinite is not { } broken ? null : new()
        {
            Step = broken.Step,
            Loss = broken.Loss,
            Microbatch = broken.Microbatch,
            Layer = broken.Layer,
            Operation = broken.Operation,
        },
    };
}
