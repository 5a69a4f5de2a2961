using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>
/// When, in a run of a plan, which parts of its partial sums are final: a run is cut into stretches, and after each of
/// them the first so many parts are complete.
/// </summary>
/// <remarks>
/// A part is complete after the last instruction that writes to any of its floats; parts are told in order, so one
/// waits for those before it. No part is complete before all other outputs of the plan can be read: who is told of the
/// first part may read the losses. A pure function of plan and parts; it does not depend on SamplesMax.
/// </remarks>
public sealed class ReadyParts
{
    private readonly Stop[] _stops;

    private ReadyParts(Plan plan, int parts, Stop[] stops)
    {
        (Instructions, Count, _stops) = (plan.Instructions.Count, parts, stops);
        BeforeLast = stops.Length > 1 ? stops[^2].Parts : 0;
    }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    /// <summary>The plan's.</summary>
    public int Instructions { get; }

    /// <summary>Parts that are complete before the run is.</summary>
    public int BeforeLast { get; }

    /// <summary>The stretches of a run, in order; the last one ends with the plan.</summary>
    public ReadOnlySpan<Stop> Stops => _stops;

    /// <summary>The schedule for parts that are each made up of ranges of one piece of the partial sums.</summary>
    public static ReadyParts Of(Plan plan, IReadOnlyList<IReadOnlyList<(int Offset, int Count)>> parts)
    {
        var first = FirstEnd(plan);
        var stops = new List<Stop>();
        var end = first;
        for (var part = 0; part < parts.Count; part++)
        {
            end = LoopEnd(
                plan, parts[part].Aggregate(end, (latest, range) => Math.Max(latest, EndOf(plan, range))));
            if (stops.Count > 0 && stops[^1].End == end)
            {
                stops.RemoveAt(stops.Count - 1);
            }

            stops.Add(new Stop(end, part + 1));
        }

        if (stops.Count > 0)
        {
            stops.RemoveAt(stops.Count - 1);
        }

        stops.Add(new Stop(plan.Instructions.Count, parts.Count));
        return new ReadyParts(plan, parts.Count, [.. stops]);
    }

    /// <summary>The instructions after which all outputs that are no partial sums are there.</summary>
    internal static int FirstEnd(Plan plan)
    {
        var end = 0;
        for (var i = 0; i < plan.Instructions.Count; i++)
        {
            var output = plan.Instructions[i].Output;
            var isAsked = output.Storage != Storage.Partial
                && plan.Outputs.Any(asked => asked.Storage == output.Storage && asked.Offset == output.Offset);
            end = isAsked ? i + 1 : end;
        }

        return end;
    }

    /// <summary>The instructions after which a range of partial sums is final.</summary>
    private static int EndOf(Plan plan, (int Offset, int Count) range)
    {
        var end = 0;
        for (var i = 0; i < plan.Instructions.Count; i++)
        {
            var output = plan.Instructions[i].Output;
            var isWritten = output.Storage == Storage.Partial && output.Offset < range.Offset + range.Count
                && range.Offset < output.Offset + output.Shape.SampleLength;
            end = isWritten ? i + 1 : end;
        }

        return end;
    }

    /// <summary>Where the loop ends that is in turns when these instructions are done; nothing in it is final before.
    /// </summary>
    private static int LoopEnd(Plan plan, int end)
    {
        foreach (var loop in plan.SampleLoops)
        {
            if (loop.SampleFloats > 0 && loop.From < end && end < loop.End)
            {
                return loop.End;
            }
        }

        return end;
    }

    /// <summary>After the instructions before End the first so many parts are complete.</summary>
    public readonly record struct Stop(int End, int Parts);
}
