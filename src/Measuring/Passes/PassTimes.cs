using System.Diagnostics;
using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Measuring.Jobs;

namespace Distributed.Measuring.Passes;

/// <summary>Forward and backward passes of one worker over a whole batch, timed operation by operation.</summary>
/// <remarks>
/// A plan can be run in stretches (<see cref="IExecutable.Run(in MicrobatchRange, int, int)"/>), so nothing in it knows
/// that it is timed; reading the clock adds about 50 ns to each operation.
/// </remarks>
public sealed class PassTimes
{
    private const int PassesMax = 1 << 16;

    private readonly IExecutable _executable;
    private readonly MicrobatchRange _range;

    /// <summary>Plans the workload's pass and fills its inputs with samples.</summary>
    /// <remarks>Errors: UserErrorException for a model that is unknown or does not fit the samples.</remarks>
    public PassTimes(Workload workload, int microbatchSize = Workload.MicrobatchSize)
    {
        var (graph, data) = workload.Build(steps: 1);
        Plan = graph.TrainingPlan(workload.BatchSize);
        _range = MicrobatchRange.Whole(workload.BatchSize, microbatchSize);
        var partials = new PartialSums(Plan.Partials.Length, CanonicalTree.PiecesMax(_range.Count));
        var parameters = new AlignedBuffer(graph.Layout.Length);
        graph.Layout.Initialise(1, parameters);
        var computation = new ShardComputation(Plan, graph.CountsHits, new CpuBackend(), data, parameters, partials);
        computation.Read(null, 0, _range);
        _executable = computation.Executable;
    }

    internal Plan Plan { get; }

    /// <summary>Runs passes for about so long, at least three of them.</summary>
    public IReadOnlyList<OperationTime> Measure(TimeSpan length)
    {
        var count = Plan.Instructions.Count;
        var clock = new long[count + 1];
        Pass(clock);
        var started = Stopwatch.GetTimestamp();
        Pass(clock);
        var passes = (int)Math.Clamp(length / Stopwatch.GetElapsedTime(started), 3, PassesMax);
        var seconds = Enumerable.Range(0, count).Select(_ => new double[passes]).ToArray();
        for (var pass = 0; pass < passes; pass++)
        {
            Pass(clock);
            for (var i = 0; i < count; i++)
            {
                seconds[i][pass] = Ticks.Seconds(clock[i], clock[i + 1]);
            }
        }

        var forward = ReadyParts.FirstEnd(Plan);
        return [.. Plan.Instructions.Select(
            (instruction, i) => Describe(instruction, i >= forward, Statistics.Median(seconds[i])))];
    }

    private void Pass(long[] clock)
    {
        clock[0] = Stopwatch.GetTimestamp();
        for (var i = 0; i + 1 < clock.Length; i++)
        {
            _executable.Run(_range, i, i + 1);
            clock[i + 1] = Stopwatch.GetTimestamp();
        }
    }

    private OperationTime Describe(Instruction instruction, bool isBackward, double seconds)
    {
        var samples = _range.Samples;
        var floats = instruction.Inputs.Append(instruction.Output).Sum(operand => (long)operand.Shape.Length(samples));
        return new OperationTime(
            instruction.Layer, isBackward, instruction.Operation.Name, $"{instruction.Output.Shape}", seconds,
            2.0 * instruction.Operation.MultiplyAdds(instruction, samples), floats * (double)sizeof(float));
    }
}
