using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>Joins instructions as they are placed, and holds back memory that they must not write to yet.</summary>
internal sealed class SampleLoopBuilder(ArenaPlanner arena)
{
    /// <summary>Bounds the memory that is held back: it is given back at the end of a loop.</summary>
    private const int InstructionsMax = 16;

    private readonly List<SampleLoop> _sampleLoops = [];
    private readonly List<(int Offset, int Length)> _held = [];
    private readonly HashSet<Operand> _places = [];
    private int _from;
    private int _end;

    internal IReadOnlyList<SampleLoop> SampleLoops => _sampleLoops;

    /// <summary>
    /// Puts off sums over the batch that cannot join the loop they are in the midst of: nothing of a sharded plan
    /// reads them, and the others come sooner to what is still in a cache.
    /// </summary>
    internal static IEnumerable<Step> InOrder(IEnumerable<Step> steps, Predicate<Tensor> isPartial)
    {
        var (waiting, length) = (new List<Step>(), 0);
        foreach (var step in steps)
        {
            var joins = Joins(step, isPartial(step.Result));
            if (!joins && length > 0 && isPartial(step.Result))
            {
                waiting.Add(step);
                continue;
            }

            if ((!joins && step.Operation is not LeafOperation) || length == InstructionsMax)
            {
                foreach (var late in waiting)
                {
                    yield return late;
                }

                waiting.Clear();
                length = 0;
            }

            length += joins && step.Operation is not LeafOperation ? 1 : 0;
            yield return step;
        }

        foreach (var late in waiting)
        {
            yield return late;
        }
    }

    /// <summary>
    /// The steps of each loop, as from and before which, in order, none left out; leaves join any. A step that needs
    /// all samples at once is a loop by itself.
    /// </summary>
    internal static IEnumerable<(int From, int End, bool IsBySample)> Split(
        IReadOnlyList<Step> steps, Predicate<Tensor> isPartial)
    {
        var (from, length, isBySample) = (0, 0, false);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Operation is LeafOperation)
            {
                continue;
            }

            var joins = Joins(steps[i], isPartial(steps[i].Result));
            if (length > 0 && (!joins || !isBySample || length == InstructionsMax))
            {
                yield return (from, i, isBySample);
                (from, length) = (i, 0);
            }

            (isBySample, length) = (joins, length + 1);
        }

        yield return (from, steps.Count, isBySample);
    }

    /// <summary>A sum over the batch that is read in the same plan must be whole before.</summary>
    private static bool Joins(Step step, bool isPartial) =>
        step.Operation.SampleBySample && (isPartial || step.Result.Shape.Batched);

    internal void Add(Instruction instruction)
    {
        _end++;
        _places.UnionWith(instruction.Inputs.Append(instruction.Output).Where(place => place.Shape.Batched));
    }

    /// <summary>Takes back memory that nothing after this loop reads.</summary>
    internal void Release(int offset, int length) => _held.Add((offset, length));

    /// <summary>Ends a loop.</summary>
    internal void End(bool isBySample)
    {
        if (_end > _from)
        {
            var places = _places.DistinctBy(place => (place.Storage, place.Offset));
            var sampleFloats = isBySample ? places.Sum(place => place.Shape.SampleLength) : 0;
            _sampleLoops.Add(new SampleLoop(_from, _end, sampleFloats));
        }

        foreach (var (offset, length) in _held)
        {
            arena.Return(offset, length);
        }

        _held.Clear();
        _places.Clear();
        _from = _end;
    }
}
