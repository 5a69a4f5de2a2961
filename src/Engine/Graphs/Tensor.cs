namespace Distributed.Engine.Graphs;

/// <summary>
/// A value in a <see cref="Graph"/>: an operation applied to other tensors. It holds no numbers; a plan computes them.
/// </summary>
/// <remarks>Each operation adds its method to this class, in the operation's own file.</remarks>
public sealed partial class Tensor
{
    internal Tensor(Graph graph, int id, Operation operation, Tensor[] inputs, TensorShape shape, string layer)
    {
        Graph = graph;
        Id = id;
        Operation = operation;
        Inputs = inputs;
        Shape = shape;
        Layer = layer;
    }

    public Graph Graph { get; }

    /// <summary>Position in the graph: a tensor comes after all its inputs.</summary>
    public int Id { get; }

    public Operation Operation { get; }

    public IReadOnlyList<Tensor> Inputs { get; }

    public TensorShape Shape { get; }

    /// <summary>The layer that made it, for messages; empty outside any.</summary>
    public string Layer { get; }

    public override string ToString() =>
        Layer.Length == 0 ? $"{Operation.Name}{Shape}" : $"{Layer}/{Operation.Name}{Shape}";
}
