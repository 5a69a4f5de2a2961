using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends;

/// <summary>A graph on this machine, without a trainer: set values, run, read results, again and again.</summary>
/// <remarks>
/// Parameters start as their initialisers and the seed say. Sums over the batch are finished, along the canonical
/// tree over micro-batches of microbatchSize samples (all samples by default). For one thread.
/// </remarks>
public sealed class GraphRun
{
    private readonly IReadOnlyList<Tensor> _outputs;
    private readonly AlignedBuffer _parameters;
    private readonly IExecutable _executable;
    private readonly MicrobatchRange _batch;

    /// <summary>Prepares the computation of these tensors for so many samples; 1 for a graph without batch.</summary>
    /// <remarks>Errors: ArgumentException for no outputs; ArgumentOutOfRangeException for a count below 1.</remarks>
    public GraphRun(IReadOnlyList<Tensor> outputs, int samples = 1, int? microbatchSize = null, ulong seed = 0)
    {
        _outputs = outputs;
        _batch = MicrobatchRange.Whole(samples, microbatchSize ?? samples);
        var plan = Plan.Compile(outputs, samples, BatchMode.Whole);
        _parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise(seed, _parameters);
        _executable = new CpuBackend().Load(plan, _parameters, PartialSums.None);
    }

    /// <summary>Sets an input or a parameter.</summary>
    /// <remarks>
    /// Shapes: values are the tensor's, sample after sample. An input that no output needs is ignored.
    /// Errors: ArgumentException for another tensor or another number of values.
    /// </remarks>
    public void Set(Tensor tensor, ReadOnlySpan<float> values)
    {
        if (tensor.Operation is not (InputOperation or ParameterOperation))
        {
            throw new ArgumentException($"run: '{tensor}' is computed; only inputs and parameters are set");
        }

        if (values.Length != tensor.Shape.Length(_batch.Samples))
        {
            throw new ArgumentException(
                $"run: {values.Length} values for '{tensor}': needs {tensor.Shape.Length(_batch.Samples)} "
                + $"for {_batch.Samples} samples");
        }

        if (tensor.Operation is ParameterOperation)
        {
            values.CopyTo(_parameters.Span[_executable.Plan.Layout.SlotOf(tensor).Offset..]);
        }
        else if (_executable.Plan.Inputs.TryGetValue(tensor.Operation.Name, out var input))
        {
            values.CopyTo(_executable.Input(input, _batch));
        }
    }

    public void Run() => _executable.Run(_batch);

    /// <summary>The values of one of the outputs after a run, valid until the next.</summary>
    /// <remarks>Errors: ArgumentException for a tensor that was not asked for.</remarks>
    public ReadOnlySpan<float> Get(Tensor tensor)
    {
        for (var i = 0; i < _outputs.Count; i++)
        {
            if (_outputs[i] == tensor)
            {
                return _executable.Output(_executable.Plan.Outputs[i], _batch);
            }
        }

        throw new ArgumentException($"run: '{tensor}' is not among the outputs; ask for it when the run is made");
    }
}
