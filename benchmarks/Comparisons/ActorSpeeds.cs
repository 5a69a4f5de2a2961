using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Messaging;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>What the actor kernel does on one core, and allocates.</summary>
internal static class ActorSpeeds
{
    internal const string Name = "actors";

    internal static Report Measure(Effort effort)
    {
        using var fanIn = new FanInBenchmark { Size = effort.Size };
        using var roundTrip = new RoundTripBenchmark { Size = effort.Size };
        using var tell = new TellBenchmark { Size = effort.Size };
        fanIn.Start();
        roundTrip.Start();
        tell.Start();
        var seconds = Alternating.Run(effort.Rounds, effort.RoundLength, fanIn.Run, roundTrip.Run, tell.Run);
        return Report.Of(
            Name, $"{effort.Rounds} rounds in turns. All actors of a row share one thread, which sends and handles: "
            + "a DedicatedThreadDispatcher for fan-in and round trips, the measuring thread itself for Tell.",
            [
                Speed(
                    $"fan-in, {FanInBenchmark.Senders} senders", FanInBenchmark.Senders * fanIn.MessagesEach,
                    seconds[0], "messages/s", 5e6),
                Speed("two actors answering each other", roundTrip.RoundTrips, seconds[1], "round trips/s", 1e6),
                Speed("Tell and handling, no switch of actors", tell.Tells, seconds[2], "messages/s", null),
                Allocated(tell, effort.Rounds),
            ]);
    }

    private static Row Speed(string what, int count, double[] seconds, string unit, double? goal)
    {
        var speeds = seconds.Select(time => count / time).ToList();
        return new Row(
            what, Statistics.Median(speeds), speeds.Max(), Statistics.Quantile(speeds, 0.01), unit, null,
            goal is null ? null : $"at least {goal / 1e6:0} million", goal is null ? null : speeds.Max() >= goal);
    }

    private static Row Allocated(TellBenchmark tell, int rounds)
    {
        var bytes = Enumerable.Range(0, rounds).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            tell.Run();
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)tell.Tells;
        }).ToList();
        return new Row(
            "allocated per Tell and handling", Statistics.Median(bytes), bytes.Min(), bytes.Max(), "bytes", null,
            "0 bytes", bytes.All(count => count == 0));
    }
}
