using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Two workers in one process against one: samples per second.</summary>
internal static class Scaling
{
    internal const string Name = "scaling";

    internal static Report Measure(Effort effort)
    {
        var rows = effort.Workloads.SelectMany(workload => Compare(workload, effort)).ToList();
        return Report.Of(
            Name, $"One and two workers in turns, {effort.Rounds} rounds of {effort.RoundLength.TotalMilliseconds} ms; "
            + "ratio of the best rounds.", rows);
    }

    private static IEnumerable<Row> Compare(Workload workload, Effort effort)
    {
        using var one = new TrainingRun(workload, 1);
        using var two = new TrainingRun(workload, 2);
        CheckSameBits(one, two);
        var steps = Leases.StepsFor(one, effort.RoundLength);
        var seconds = Alternating.Run(effort.Rounds, TimeSpan.Zero, () => one.Lease(steps), () => two.Lease(steps));
        var ratio = seconds[0].Min() / seconds[1].Min();
        var share = one.OperationsPerStep * steps / seconds[0].Min() / Peak.OperationsPerSecond;
        var goal = workload == Workload.Seed ? 1.2 : 1.7;
        yield return LeaseRow.Of($"{workload.Name}, 1 worker", workload, steps, seconds[0]) with
        {
            Ratio = $"{share:P0} of a core's peak",
        };
        yield return LeaseRow.Of($"{workload.Name}, 2 workers", workload, steps, seconds[1]) with
        {
            Ratio = $"{ratio:0.00} × one",
            Goal = $"at least {goal:0.0} ×",
            Met = ratio >= goal,
        };
    }

    private static void CheckSameBits(TrainingRun one, TrainingRun two)
    {
        one.Lease(20);
        two.Lease(20);
        if (one.Fingerprint != two.Fingerprint)
        {
            throw new InvalidOperationException($"{one.Workload.Name}: two workers do not train the bits of one");
        }
    }
}
