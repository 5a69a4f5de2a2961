using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Graphs;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Backends;

/// <summary>A graph in double precision, with the plainest loops: for looking closely, not for training.</summary>
/// <remarks>
/// Like <see cref="GraphRun"/>: parameters start as their initialisers and the seed say, sums over the batch are
/// finished. Constants of the graph are floats and stay what they are. For one thread.
/// </remarks>
public sealed class DoubleRun
{
    private readonly IReadOnlyList<Tensor> _outputs;
    private readonly Plan _plan;
    private readonly ReferenceEvaluator _evaluator;
    private readonly int _samples;

    /// <summary>Prepares the computation of these tensors for so many samples; 1 for a graph without batch.</summary>
    /// <remarks>Errors: ArgumentException for no outputs; ArgumentOutOfRangeException for a count below 1.</remarks>
    public DoubleRun(IReadOnlyList<Tensor> outputs, int samples = 1, ulong seed = 0)
    {
        (_outputs, _samples) = (outputs, samples);
        _plan = Plan.Compile(outputs, samples, BatchMode.Whole);
        _evaluator = new ReferenceEvaluator(_plan);
        var start = new Memory.AlignedBuffer(_plan.Layout.Length);
        _plan.Layout.Initialise(seed, start);
        for (var i = 0; i < _plan.Layout.Length; i++)
        {
            _evaluator.Parameters[i] = start.Span[i];
        }
    }

    /// <summary>An input's or a parameter's values, to be read and changed before a run.</summary>
    /// <remarks>
    /// Shapes: the tensor's, sample after sample; empty for an input that no output needs.
    /// Errors: ArgumentException for a tensor that is computed.
    /// </remarks>
    public Span<double> Values(Tensor tensor) => tensor.Operation switch
    {
        ParameterOperation => _evaluator.Parameters.AsSpan(
            _plan.Layout.SlotOf(tensor).Offset, tensor.Shape.SampleLength),
        InputOperation input => _plan.Inputs.ContainsKey(input.Name) ? _evaluator.Input(input.Name, _samples) : [],
        _ => throw new ArgumentException($"run: '{tensor}' is computed; only inputs and parameters are set"),
    };

    /// <summary>Sets an input or a parameter. An input that no output needs is ignored.</summary>
    /// <remarks>Errors: ArgumentException for another tensor or another number of values.</remarks>
    public void Set(Tensor tensor, params ReadOnlySpan<double> values)
    {
        if (values.Length != tensor.Shape.Length(_samples))
        {
            throw new ArgumentException(
                $"run: {values.Length} values for '{tensor}': needs {tensor.Shape.Length(_samples)} "
                + $"for {_samples} samples");
        }

        var place = Values(tensor);
        values[..place.Length].CopyTo(place);
    }

    public void Run() => _evaluator.Run(_samples);

    /// <summary>The values of one of the outputs after a run.</summary>
    /// <remarks>Errors: ArgumentException for a tensor that was not asked for.</remarks>
    public double[] Get(Tensor tensor)
    {
        for (var i = 0; i < _outputs.Count; i++)
        {
            if (_outputs[i] == tensor)
            {
                return _evaluator.Output(_plan.Outputs[i], _samples).ToArray();
            }
        }

        throw new ArgumentException($"run: '{tensor}' is not among the outputs; ask for it when the run is made");
    }
}
