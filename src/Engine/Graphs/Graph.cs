using Distributed.Engine.Errors;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Graphs;

/// <summary>
/// A computation as tensors and operations, built once in C#, differentiated, compiled and run many times.
/// </summary>
/// <remarks>Not thread-safe while it is built.</remarks>
public sealed class Graph
{
    private readonly List<Tensor> _tensors = [];
    private readonly List<Tensor> _parameters = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<Tensor, Tensor> _observations = [];
    private string _layer = "";

    /// <summary>A graph for training, or for using what was trained: some layers differ between the two.</summary>
    public Graph(bool training = true) => Training = training;

    /// <summary>True where layers are to drop values, and to take statistics of the samples at hand.</summary>
    public bool Training { get; }

    /// <summary>Every tensor, inputs before the tensors made from them.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>The parameters in the order they were declared, which is their order in the flat buffer.</summary>
    public IReadOnlyList<Tensor> Parameters => _parameters;

    /// <summary>Values supplied at each run.</summary>
    /// <remarks>Errors: ArgumentException when an input or parameter of that name exists.</remarks>
    public Tensor Input(string name, TensorShape shape) => Add(new InputOperation(Unique(name), shape));

    /// <summary>Values that training changes.</summary>
    /// <remarks>
    /// Units: name is prefixed by the current layer. Shapes: dimensions without batch.
    /// Errors: ArgumentException when an input or parameter of that name exists.
    /// </remarks>
    public Tensor Parameter(string name, ReadOnlySpan<int> dimensions, Initializer initializer) =>
        Add(name, dimensions, initializer, share: null);

    /// <summary>A parameter that follows what is observed, not the loss: a running mean over the steps.</summary>
    /// <remarks>
    /// Each step takes it by a share of the way to the newest value, the mean over the batch of what
    /// <see cref="Observe"/> names. Shapes, names and errors as for <see cref="Parameter"/>. Units: share in (0, 1].
    /// Errors: ArgumentOutOfRangeException for a share out of range.
    /// </remarks>
    public Tensor Statistic(string name, ReadOnlySpan<int> dimensions, Initializer initializer, float share)
    {
        if (!(share > 0 && share <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(share), $"share {share} is out of range: choose above 0 up to 1");
        }

        return Add(name, dimensions, initializer, share);
    }

    /// <summary>Says which values of each sample a statistic is to be the mean of.</summary>
    /// <remarks>Shapes: perSample [batch, …] as the statistic. Errors: ShapeException for another shape.</remarks>
    public void Observe(Tensor statistic, Tensor perSample)
    {
        if (!perSample.Shape.Equals(statistic.Shape.WithBatch(true)))
        {
            Throw.Shape("observe", "what is observed", perSample.Shape, $"{statistic.Shape.WithBatch(true)}");
        }

        _observations.Add(statistic, perSample);
    }

    /// <summary>What a statistic is the mean of; null for other parameters, and where nothing is observed.</summary>
    internal Tensor? Observed(Tensor statistic) => _observations.GetValueOrDefault(statistic);

    /// <summary>A graph's one input by which samples differ in chance; see <see cref="DropoutOperation"/>.</summary>
    internal Tensor SampleKeys() =>
        _tensors.Find(tensor => tensor.Operation is InputOperation { Name: SampleKey.InputName })
        ?? Input(SampleKey.InputName, TensorShape.Batch(SampleKey.Floats));

    /// <summary>Values that never change.</summary>
    public Tensor Constant(ReadOnlySpan<float> values, params ReadOnlySpan<int> dimensions) =>
        Add(new ConstantOperation(values, TensorShape.Of(dimensions)));

    /// <summary>One number that never changes.</summary>
    public Tensor Constant(float value) => Constant([value]);

    /// <summary>Tensors made until the result is disposed belong to this layer; layers nest with dots.</summary>
    public IDisposable Layer(string name) => new LayerScope(this, _layer.Length == 0 ? name : $"{_layer}.{name}");

    /// <summary>The gradient of one number to each tensor of a list, as new tensors of this graph.</summary>
    /// <remarks>
    /// Shapes: of is []; each gradient has its tensor's shape. A tensor that does not influence it gets zeros.
    /// Errors: ShapeException when of is not [].
    /// </remarks>
    public IReadOnlyList<Tensor> Gradients(Tensor of, IReadOnlyList<Tensor> withRespectTo) =>
        ReverseMode.Gradients(this, of, withRespectTo);

    internal Tensor Add(Operation operation, params Tensor[] inputs)
    {
        foreach (var input in inputs)
        {
            if (input.Graph != this)
            {
                Throw.OtherGraph(operation.Name);
            }
        }

        var shape = operation.Infer(inputs.Select(input => input.Shape).ToArray());
        var tensor = new Tensor(this, _tensors.Count, operation, inputs, shape, _layer);
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>
    /// The scope of a layer by its full name, so that gradients carry the name of the layer they come from.
    /// </summary>
    internal IDisposable LayerNamed(string fullName) => new LayerScope(this, fullName);

    private Tensor Add(string name, ReadOnlySpan<int> dimensions, Initializer initializer, float? share)
    {
        var full = _layer.Length == 0 ? name : $"{_layer}.{name}";
        var parameter = Add(new ParameterOperation(Unique(full), TensorShape.Of(dimensions), initializer, share));
        _parameters.Add(parameter);
        return parameter;
    }

    private string Unique(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return _names.Add(name)
            ? name
            : throw new ArgumentException(
                $"graph: '{name}' exists already; give each input and parameter its own name");
    }

    private sealed class LayerScope : IDisposable
    {
        private readonly Graph _graph;
        private readonly string _before;

        internal LayerScope(Graph graph, string name)
        {
            _graph = graph;
            _before = graph._layer;
            graph._layer = name;
        }

        public void Dispose() => _graph._layer = _before;
    }
}
