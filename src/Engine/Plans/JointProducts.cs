using Distributed.Engine.Graphs;

namespace Distributed.Engine.Plans;

/// <summary>
/// Which weight gradients the workers of a process make jointly, and where their factors lie; see
/// <see cref="Plan.JointProducts"/>.
/// </summary>
/// <remarks>
/// Note [Joint products]: where workers share memory, a worker need not sum a gradient over its shard for others to
/// add up: each makes strips of it over the whole mini-batch. It multiplies as much, and along the same tree, so the
/// bits are the same; but no partial sums are written and read again, and what a strip of rows sums up to is in a near
/// cache when the optimizer takes it. What is shared instead, the factors, is small beside the weights. A gradient that
/// is the sum of several products, or that something else than a product makes, is reduced as between processes. The
/// gradient to a table is such a product too, with rows of zeros and a one.
/// </remarks>
internal sealed class JointProducts
{
    private readonly List<Step> _steps = [];
    private readonly Dictionary<Tensor, Operand> _factors = [];
    private readonly ArenaPlanner _shared = new();

    /// <summary>The products among the steps whose results are such outputs; none for 0 samples.</summary>
    internal JointProducts(
        int samples, IEnumerable<Step> steps, IReadOnlySet<Tensor> outputs, Func<Tensor, Tensor> root)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        Samples = samples;
        foreach (var step in steps.Where(
            step => samples > 0 && step.Operation.IsMadeJointly(step.Inputs, samples) && outputs.Contains(step.Result)))
        {
            _steps.Add(step);
            foreach (var factor in step.Inputs.Select(root).Where(factor => !_factors.ContainsKey(factor)))
            {
                var offset = _shared.Take(factor.Shape.Length(samples));
                _factors.Add(factor, new Operand(Storage.Shared, offset, factor.Shape));
            }
        }
    }

    /// <summary>Of a whole mini-batch.</summary>
    internal int Samples { get; }

    internal int SharedLength => _shared.Length;

    /// <summary>Where each factor's first sample of the mini-batch lies.</summary>
    internal IReadOnlyDictionary<Tensor, Operand> Factors => _factors;

    internal bool Contains(Step step) => _steps.Contains(step);

    internal IReadOnlyList<Instruction> Instructions(Func<Tensor, Operand> placeOf) =>
        [.. _steps.Select(step => new Instruction(
            step.Operation, [.. step.Inputs.Select(placeOf)], placeOf(step.Result), step.Layer))];
}
