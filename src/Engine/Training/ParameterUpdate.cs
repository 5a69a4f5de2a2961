using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>
/// The owner's part of a step: for a range of the flat buffer, finish the canonical tree over all workers' pieces,
/// divide once by the batch's total sample weight, and update parameters and optimizer state.
/// </summary>
public abstract class ParameterUpdate
{
    /// <summary>The update by this optimizer, with these kernels; statistics in the layout go their own way.</summary>
    public static ParameterUpdate Create(Optimizer optimizer, KernelPath path, ParameterLayout layout)
    {
        var statistics = layout.Slots.Where(slot => slot.IsStatistic)
            .Select(slot => new StatisticUpdate.Part(slot.Offset, slot.Offset + slot.Length, Create(
                new RunningMean(slot.Operation.Share!.Value), path)))
            .ToArray();
        var others = Create(optimizer, path);
        return statistics.Length == 0 ? others : new StatisticUpdate(others, statistics, optimizer.KeepsBest);
    }

    private static ParameterUpdate Create(Optimizer optimizer, KernelPath path) => path switch
    {
        KernelPath.Vector512 => optimizer.Bind<Lanes512, Vector512<float>>(),
        KernelPath.Vector256 => optimizer.Bind<Lanes256, Vector256<float>>(),
        KernelPath.Vector128 => optimizer.Bind<Lanes128, Vector128<float>>(),
        _ => optimizer.Bind<ScalarLanes, float>(),
    };

    /// <summary>
    /// Makes the elements offset … offset + count − 1 of the state after from those before; both may be the same
    /// memory.
    /// </summary>
    /// <remarks>
    /// Units: from is the place of the first of these elements among the pieces' results. Allocates nothing. Different
    /// ranges may be updated at the same time by different threads, each with its own instance.
    /// </remarks>
    public abstract void Apply(
        PieceTable pieces, int from, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step);

    /// <summary>The same for sums that are finished: a block of a weight gradient.</summary>
    /// <remarks>
    /// Shapes: sums is [rows, columns]. Units: offset is the first element's place in the buffers, whose rows are
    /// offsetStride apart. Past the caches as for <see cref="ILanes{TVector}.StorePastCaches"/>: parameters, where
    /// whole lines of them are made.
    /// </remarks>
    public abstract unsafe void Apply(
        float* sums, int rows, int columns, in StateBuffers before, in StateBuffers after, int offset,
        int offsetStride, in StepTerms step, bool pastCaches);

    /// <summary>The first half of <see cref="Apply(PieceTable, int, in StateBuffers, in StateBuffers, int, int, in
    /// StepTerms)"/> for who needs the whole gradient first: writes the mean gradient's elements.</summary>
    /// <remarks>Shapes: gradient spans all parameters. Units: weight is the batch's total sample weight.</remarks>
    public abstract void Finish(
        PieceTable pieces, int from, AlignedBuffer gradient, int offset, int count, float weight);

    /// <summary>The second half: the step's weight is not divided by again.</summary>
    public abstract void Apply(
        AlignedBuffer gradient, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step);
}

internal sealed unsafe class ParameterUpdate<TLanes, TVector, TRule>(TRule rule) : ParameterUpdate
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TRule : struct, IUpdateRule<TRule>
{
    /// <summary>Floats per block: gradient, parameters and state of one block stay in the first-level cache.</summary>
    private const int BlockFloats = 1024;

    private readonly AlignedBuffer _gradient = new(BlockFloats);

    public override void Apply(
        PieceTable pieces, int from, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step)
    {
        var bound = rule.At(step);
        CarryBest(before, after, offset, count, step.TakesBest);
        for (var done = 0; done < count; done += BlockFloats)
        {
            var length = Math.Min(BlockFloats, count - done);
            pieces.Finish<TLanes, TVector>(from + done, length, _gradient.Pointer);
            Update(bound, _gradient.Pointer, before, after, offset + done, length, step.Weight);
        }

        KeepAlive(before, after);
    }

    public override void Apply(
        float* sums, int rows, int columns, in StateBuffers before, in StateBuffers after, int offset,
        int offsetStride, in StepTerms step, bool pastCaches)
    {
        if (columns == offsetStride)
        {
            (rows, columns) = (1, rows * columns);
        }

        var bound = rule.At(step);
        for (; rows > 0; rows--)
        {
            CarryBest(before, after, offset, columns, step.TakesBest);
            Update(bound, sums, before, after, offset, columns, step.Weight, pastCaches);
            sums += columns;
            offset += offsetStride;
        }

        KeepAlive(before, after);
    }

    public override void Finish(
        PieceTable pieces, int from, AlignedBuffer gradient, int offset, int count, float weight)
    {
        for (var done = 0; done < count; done += BlockFloats)
        {
            var length = Math.Min(BlockFloats, count - done);
            var sum = gradient.Pointer + offset + done;
            pieces.Finish<TLanes, TVector>(from + done, length, _gradient.Pointer);
            var vectors = length / TLanes.Count * TLanes.Count;
            Divide<TLanes, TVector>(_gradient.Pointer, sum, 0, vectors, weight);
            Divide<ScalarLanes, float>(_gradient.Pointer, sum, vectors, length, weight);
        }

        GC.KeepAlive(gradient);
    }

    public override void Apply(
        AlignedBuffer gradient, in StateBuffers before, in StateBuffers after, int offset, int count,
        in StepTerms step)
    {
        CarryBest(before, after, offset, count, step.TakesBest);
        Update(rule.At(step), gradient.Pointer + offset, before, after, offset, count, 1);
        GC.KeepAlive(gradient);
        KeepAlive(before, after);
    }

    /// <summary>See Note [The best parameters are a slot].</summary>
    private static void CarryBest(in StateBuffers before, in StateBuffers after, int offset, int count, bool takes)
    {
        if (after.Slots.Count > TRule.Slots)
        {
            var source = takes ? before.Parameters : before.Slots[TRule.Slots];
            source.Span.Slice(offset, count).CopyTo(after.Slots[TRule.Slots].Span[offset..]);
        }
    }

    private static void KeepAlive(in StateBuffers before, in StateBuffers after)
    {
        GC.KeepAlive(before.Parameters);
        GC.KeepAlive(before.Slots);
        GC.KeepAlive(after.Parameters);
        GC.KeepAlive(after.Slots);
    }

    private static void Divide<TWidth, T>(float* sum, float* mean, int from, int to, float weight)
        where TWidth : struct, ILanes<T>
        where T : struct
    {
        var divisor = TWidth.Broadcast(weight);
        for (var i = from; i < to; i += TWidth.Count)
        {
            TWidth.Store(TWidth.Divide(TWidth.Load(sum + i), divisor), mean + i);
        }
    }

    private static void Update(
        TRule rule, float* gradient, in StateBuffers before, in StateBuffers after, int offset, int length,
        float weight, bool pastCaches = false)
    {
        var (old, made) = (new Block(before, offset), new Block(after, offset));
        var first = pastCaches ? Math.Min(length, AlignedBuffer.FloatsToLine(made.Parameters)) : 0;
        var unit = pastCaches ? AlignedBuffer.LineFloats : TLanes.Count;
        var end = first + ((length - first) / unit * unit);
        Update<ScalarLanes, float>(rule, gradient, old, made, 0, first, weight, pastCaches: false);
        Update<TLanes, TVector>(rule, gradient, old, made, first, end, weight, pastCaches);
        Update<ScalarLanes, float>(rule, gradient, old, made, end, length, weight, pastCaches: false);
    }

    [MethodImpl(HotLoop.Options)]
    private static void Update<TWidth, T>(
        TRule rule, float* gradient, Block old, Block made, int from, int to, float weight, bool pastCaches)
        where TWidth : struct, ILanes<T>
        where T : struct
    {
        var divisor = TWidth.Broadcast(weight);
        for (var i = from; i < to; i += TWidth.Count)
        {
            var mean = TWidth.Divide(TWidth.Load(gradient + i), divisor);
            var parameter = TWidth.Load(old.Parameters + i);
            var one = TRule.Slots > 0 ? TWidth.Load(old.First + i) : TWidth.Zero;
            var two = TRule.Slots > 1 ? TWidth.Load(old.Second + i) : TWidth.Zero;
            rule.Apply<TWidth, T>(mean, ref parameter, ref one, ref two);
            if (pastCaches)
            {
                TWidth.StorePastCaches(parameter, made.Parameters + i);
            }
            else
            {
                TWidth.Store(parameter, made.Parameters + i);
            }

            if (TRule.Slots > 0)
            {
                TWidth.Store(one, made.First + i);
            }

            if (TRule.Slots > 1)
            {
                TWidth.Store(two, made.Second + i);
            }
        }
    }

    /// <summary>Where a block of a state lies; null for slots that the rule does not have.</summary>
    private readonly struct Block
    {
        internal readonly float* Parameters;
        internal readonly float* First;
        internal readonly float* Second;

        internal Block(in StateBuffers buffers, int place)
        {
            Parameters = buffers.Parameters.Pointer + place;
            First = TRule.Slots > 0 ? buffers.Slots[0].Pointer + place : null;
            Second = TRule.Slots > 1 ? buffers.Slots[1].Pointer + place : null;
        }
    }
}
