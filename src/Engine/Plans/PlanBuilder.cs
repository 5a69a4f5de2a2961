using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>The compiler behind <see cref="Plan"/>: what is needed, in which order, and where it lies.</summary>
internal sealed class PlanBuilder
{
    private readonly Dictionary<Tensor, Operand> _places = [];
    private readonly Dictionary<Tensor, int> _lastUse = [];
    private readonly Dictionary<string, Operand> _inputs = new(StringComparer.Ordinal);
    private readonly List<(ConstantOperation, Operand)> _constants = [];
    private readonly List<Instruction> _instructions = [];
    private readonly ArenaPlanner _arena = new();
    private readonly ArenaPlanner _inputPlanner = new();
    private readonly ArenaPlanner _constantPlanner = new();
    private readonly HashSet<Tensor> _sumsOfSums = [];
    private readonly SampleLoopBuilder _sampleLoops;
    private readonly JointProducts _joint;
    private readonly int _stripFloats;

    internal PlanBuilder(
        IReadOnlyList<Tensor> outputs, int samplesMax, BatchMode mode, int stripFloats, int jointSamples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesMax, 1);
        if (outputs.Count == 0)
        {
            throw new ArgumentException("plan: no outputs asked for; name at least one tensor");
        }

        (SamplesMax, Mode, _stripFloats) = (samplesMax, mode, stripFloats);
        _sampleLoops = new SampleLoopBuilder(_arena);
        Layout = new ParameterLayout(outputs[0].Graph);
        var steps = Fusion.Apply(Needed(outputs), outputs.Select(Root).ToList())
            .Where(step => step.Operation is not ReshapeOperation).ToList();
        Partials = PlacePartials(outputs);
        steps.RemoveAll(step => _sumsOfSums.Contains(step.Result));
        _joint = new JointProducts(jointSamples, steps, Whole(outputs), Root);
        steps.RemoveAll(_joint.Contains);
        foreach (var (factor, place) in _joint.Factors.Where(one => one.Key.Operation is not LeafOperation))
        {
            _places.Add(factor, place);
        }

        steps = [.. SampleLoopBuilder.InOrder(steps, IsPartial)];
        FindLastUses(steps, outputs);
        foreach (var loop in SampleLoopBuilder.Split(steps, IsPartial))
        {
            for (var i = loop.From; i < loop.End; i++)
            {
                Emit(steps[i], i, loop.End);
            }

            _sampleLoops.End(loop.IsBySample);
        }

        Outputs = [.. outputs.Select(PlaceOf)];
        JointProducts = _joint.Instructions(PlaceOf);
    }

    internal int SamplesMax { get; }

    internal BatchMode Mode { get; }

    internal ParameterLayout Layout { get; }

    internal IReadOnlyList<Instruction> Instructions => _instructions;

    internal IReadOnlyList<SampleLoop> SampleLoops => _sampleLoops.SampleLoops;

    internal IReadOnlyDictionary<string, Operand> Inputs => _inputs;

    internal IReadOnlyList<(ConstantOperation Values, Operand Place)> Constants => _constants;

    internal IReadOnlyList<Operand> Outputs { get; }

    internal int InputLength => _inputPlanner.Length;

    internal int ConstantLength => _constantPlanner.Length;

    internal int ArenaLength => _arena.Length;

    internal int SharedLength => _joint.SharedLength;

    internal int JointSamples => _joint.Samples;

    internal IReadOnlyList<Instruction> JointProducts { get; }

    internal PartialLayout Partials { get; }

    /// <summary>Everything the outputs depend on, inputs first. Ids are a topological order.</summary>
    private static List<Tensor> Needed(IReadOnlyList<Tensor> outputs)
    {
        var graph = outputs[0].Graph;
        var needed = new bool[graph.Tensors.Count];
        foreach (var output in outputs)
        {
            needed[output.Id] = true;
        }

        for (var id = needed.Length - 1; id >= 0; id--)
        {
            foreach (var input in needed[id] ? graph.Tensors[id].Inputs : [])
            {
                needed[input.Id] = true;
            }
        }

        return [.. graph.Tensors.Where(tensor => needed[tensor.Id])];
    }

    /// <summary>The tensor whose memory this one shares: reshapes are views.</summary>
    private static Tensor Root(Tensor tensor) =>
        tensor.Operation is ReshapeOperation ? Root(tensor.Inputs[0]) : tensor;

    private PartialLayout PlacePartials(IReadOnlyList<Tensor> outputs)
    {
        var (results, further) = (new List<(Tensor Output, Tensor Sum)>(), new List<(Tensor Output, Tensor Sum)>());
        foreach (var output in outputs.Select(Root).Distinct())
        {
            var sums = BatchSumsIn(output);
            results.AddRange(sums.Take(1).Select(sum => (output, sum)));
            further.AddRange(sums.Skip(1).Select(sum => (output, sum)));
        }

        var length = 0;
        foreach (var (output, sum) in results.Concat(further))
        {
            var place = new Operand(Storage.Partial, length, sum.Shape);
            length = checked(length + sum.Shape.SampleLength);
            if (!_places.TryAdd(sum, place))
            {
                throw new ArgumentException($"plan: '{sum}' is part of two outputs; ask for it once");
            }

            _places.TryAdd(output, place);
        }

        var terms = further.Select(term => new PartialTerm(
            _places[term.Output].Offset, _places[term.Sum].Offset, term.Sum.Shape.SampleLength));
        return new PartialLayout(results.Sum(result => result.Sum.Shape.SampleLength), length, [.. terms]);
    }

    /// <summary>
    /// The sums over the batch that a sharded plan's output adds up: itself, or both sides of an addition, left first;
    /// none where it is anything else. Additions of them are left to whoever finishes the sums.
    /// </summary>
    private List<Tensor> BatchSumsIn(Tensor root)
    {
        if (IsPartial(root))
        {
            return [root];
        }

        if (Mode == BatchMode.Whole || root.Operation is not AddOperation
            || !root.Inputs[0].Shape.Equals(root.Inputs[1].Shape))
        {
            return [];
        }

        var (left, right) = (BatchSumsIn(Root(root.Inputs[0])), BatchSumsIn(Root(root.Inputs[1])));
        if (left.Count == 0 || right.Count == 0)
        {
            return [];
        }

        _sumsOfSums.Add(root);
        return [.. left, .. right];
    }

    /// <summary>The outputs that are one sum over the batch and nothing more.</summary>
    private HashSet<Tensor> Whole(IReadOnlyList<Tensor> outputs) =>
        [.. outputs.Select(Root).Where(IsPartial)];

    private bool IsPartial(Tensor root) => Mode == BatchMode.Sharded && root.Operation.SumsOverBatch;

    private void FindLastUses(IReadOnlyList<Step> steps, IReadOnlyList<Tensor> outputs)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            foreach (var root in steps[i].Inputs.Select(Root))
            {
                _lastUse[root] = i;
                if (IsPartial(root))
                {
                    throw new ArgumentException(
                        $"plan: '{steps[i].Result}' reads '{root}', a sum over the batch that no single worker has; "
                        + "in a sharded plan such a sum can only be a result");
                }
            }
        }

        foreach (var output in outputs)
        {
            _lastUse[Root(output)] = int.MaxValue;
        }
    }

    private void Emit(Step step, int index, int loopEnd)
    {
        if (step.Operation is LeafOperation)
        {
            _places[step.Result] = PlaceLeaf(step.Result);
            return;
        }

        var inputs = step.Inputs.Select(PlaceOf).ToArray();
        if (!_places.TryGetValue(step.Result, out var place))
        {
            var storage = step.Result.Shape.Batched && _lastUse[step.Result] < loopEnd ? Storage.Turn : Storage.Arena;
            var reused = step.Operation.InPlace
                ? step.Inputs.FirstOrDefault(input => CanOverwrite(input, step.Result, storage, index))
                : null;
            var offset = reused is null ? _arena.Take(step.Result.Shape.Length(SamplesMax)) : PlaceOf(reused).Offset;
            place = new Operand(storage, offset, step.Result.Shape);
            _places.Add(step.Result, place);
            ReleaseInputs(step, index, reused);
        }
        else
        {
            ReleaseInputs(step, index, reused: null);
        }

        foreach (var instruction in GradientStrips.Of(
            new Instruction(step.Operation, inputs, place, step.Layer), _stripFloats))
        {
            _instructions.Add(instruction);
            _sampleLoops.Add(instruction);
        }
    }

    /// <summary>What lasts cannot take the place of what is of a turn, which the next turn writes over.</summary>
    private bool CanOverwrite(Tensor input, Tensor result, Storage storage, int index) =>
        input.Shape.Equals(result.Shape) && _lastUse[Root(input)] == index
        && (PlaceOf(input).Storage == Storage.Arena
            || (PlaceOf(input).Storage == Storage.Turn && storage == Storage.Turn));

    private void ReleaseInputs(Step step, int index, Tensor? reused)
    {
        foreach (var root in step.Inputs.Select(Root).Distinct())
        {
            var place = _places[root];
            if (place.Storage is Storage.Arena or Storage.Turn && _lastUse[root] == index
                && (reused is null || root != Root(reused)))
            {
                _sampleLoops.Release(place.Offset, root.Shape.Length(SamplesMax));
            }
        }
    }

    private Operand PlaceOf(Tensor tensor) => _places[Root(tensor)] with { Shape = tensor.Shape };

    private Operand PlaceLeaf(Tensor tensor)
    {
        switch (tensor.Operation)
        {
            case ParameterOperation:
                return new Operand(Storage.Parameter, Layout.SlotOf(tensor).Offset, tensor.Shape);
            case ConstantOperation constant:
                var place = new Operand(
                    Storage.Constant, _constantPlanner.Take(tensor.Shape.SampleLength), tensor.Shape);
                _constants.Add((constant, place));
                return place;
            default:
                var input = _joint.Factors.TryGetValue(tensor, out var shared) ? shared : new Operand(
                    Storage.Input, _inputPlanner.Take(tensor.Shape.Length(SamplesMax)), tensor.Shape);
                _inputs.Add(tensor.Operation.Name, input);
                return input;
        }
    }
}
