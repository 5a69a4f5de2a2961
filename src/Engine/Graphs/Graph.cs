using Distributed.Engine.Errors;

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
    private string _layer = "";

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
    public Tensor Parameter(string name, ReadOnlySpan<int> dimensions, Initializer initializer)
    {
        var full = _layer.Length == 0 ? name : $"{_layer}.{name}";
        var parameter = Add(new ParameterOperation(Unique(full), TensorShape.Of(dimensions), initializer));
        _parameters.Add(parameter);
        return parameter;
    }

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
