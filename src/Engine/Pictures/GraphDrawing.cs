using System.Text;
using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Pictures;

/// <summary>
/// A graph with values: each tensor with its shape and value, each use of a tensor with its local derivative, where
/// both ends are single numbers. As text, as Graphviz DOT, and as SVG.
/// </summary>
public sealed class GraphDrawing
{
    private const double ColumnWidth = 190;
    private const double RowHeight = 90;
    private const double BoxWidth = 120;
    private const double BoxHeight = 48;
    private const int ValuesMax = 6;

    private readonly IReadOnlyList<Node> _nodes;

    private GraphDrawing(IReadOnlyList<Node> nodes) => _nodes = nodes;

    /// <summary>Runs the graph in double precision and keeps what it saw.</summary>
    /// <remarks>
    /// Units: samples of a batch, 1 without. The derivatives are tensors that this adds to the graph.
    /// </remarks>
    /// <param name="results">What to draw, with all it is made from.</param>
    /// <param name="set">Sets inputs and parameters.</param>
    /// <param name="names">Names of tensors that are no inputs or parameters; others go by their operation.</param>
    public static GraphDrawing Of(
        IReadOnlyList<Tensor> results,
        Action<DoubleRun> set,
        IReadOnlyDictionary<Tensor, string>? names = null,
        int samples = 1)
    {
        var tensors = Ancestors(results);
        var locals = tensors.ToDictionary(tensor => tensor, LocalDerivatives);
        var run = new DoubleRun([.. tensors, .. locals.Values.SelectMany(list => list).OfType<Tensor>()], samples);
        set(run);
        run.Run();
        var nodes = new List<Node>();
        foreach (var tensor in tensors)
        {
            var edges = tensor.Inputs.Zip(locals[tensor], (input, local) => new Edge(
                tensors.IndexOf(input), local is null ? null : run.Get(local)[0]));
            var operation = tensor.Operation.Name;
            nodes.Add(new Node(
                names?.GetValueOrDefault(tensor) ?? operation, operation, tensor.Shape, run.Get(tensor), [.. edges]));
        }

        return new GraphDrawing(nodes);
    }

    /// <summary>One line per tensor: its name, shape, value, and from what, with the local derivatives.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var node in _nodes)
        {
            text.Append($"{node.Name} {node.Shape} = {node.Value}");
            var from = node.Edges.Select(edge => edge.Derivative is { } derivative
                ? $"{_nodes[edge.From].Name} (d{node.Name}/d{_nodes[edge.From].Name} = {derivative:G6})"
                : _nodes[edge.From].Name).ToList();
            text.Append(from.Count == 0 ? "\n" : $"   {node.Operation} of {string.Join(", ", from)}\n");
        }

        return text.ToString();
    }

    /// <summary>For Graphviz: dot -Tsvg.</summary>
    public string ToDot()
    {
        var text = new StringBuilder("digraph {\n  rankdir=LR;\n  node [shape=box];\n");
        for (var i = 0; i < _nodes.Count; i++)
        {
            var label = $"{_nodes[i].Title}\\n{_nodes[i].Shape}\\n{_nodes[i].Value}";
            text.Append($"  n{i} [label=\"{label.Replace("\"", "\\\"", StringComparison.Ordinal)}\"];\n");
            foreach (var edge in _nodes[i].Edges)
            {
                var derivative = edge.Derivative is { } value ? $" [label=\"{value:G6}\"]" : "";
                text.Append($"  n{edge.From} -> n{i}{derivative};\n");
            }
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>A picture: inputs at the left, each tensor right of all it is made from.</summary>
    public string ToSvg()
    {
        var columns = new int[_nodes.Count];
        var rows = new int[_nodes.Count];
        var filled = new Dictionary<int, int>();
        for (var i = 0; i < _nodes.Count; i++)
        {
            columns[i] = _nodes[i].Edges.Select(edge => columns[edge.From] + 1).DefaultIfEmpty(0).Max();
            rows[i] = filled.GetValueOrDefault(columns[i]);
            filled[columns[i]] = rows[i] + 1;
        }

        var tallest = filled.Values.Max();
        var svg = new SvgText(((columns.Max() + 1) * ColumnWidth) - 30, (tallest * RowHeight) + 20);
        (double X, double Y) Corner(int i) => (
            20 + (columns[i] * ColumnWidth),
            20 + ((rows[i] + ((tallest - filled[columns[i]]) / 2.0)) * RowHeight));
        for (var i = 0; i < _nodes.Count; i++)
        {
            DrawEdges(svg, _nodes[i], Corner(i), Corner);
        }

        for (var i = 0; i < _nodes.Count; i++)
        {
            var (x, y) = Corner(i);
            svg.Box(x, y, BoxWidth, BoxHeight, _nodes[i].Edges.Count == 0 ? "#e8f1fa" : "#f5f5f5", "#555555");
            svg.Write(x + (BoxWidth / 2), y + 19, _nodes[i].Title, "middle");
            svg.Write(x + (BoxWidth / 2), y + 38, _nodes[i].Value, "middle");
        }

        return svg.Finish();
    }

    private static void DrawEdges(
        SvgText svg, Node node, (double X, double Y) to, Func<int, (double X, double Y)> corner)
    {
        foreach (var edge in node.Edges)
        {
            var from = corner(edge.From);
            var (x, y) = (from.X + BoxWidth, from.Y + (BoxHeight / 2));
            var end = to.Y + (BoxHeight / 2);
            svg.Line(x, y, to.X, end, "#555555");
            if (edge.Derivative is { } derivative)
            {
                svg.Write(x + ((to.X - x) * 0.4), y + ((end - y) * 0.4) - 5, $"{derivative:G6}", "middle", "#d62728");
            }
        }
    }

    private static List<Tensor> Ancestors(IReadOnlyList<Tensor> results)
    {
        var found = new SortedDictionary<int, Tensor>();
        var open = new Stack<Tensor>(results);
        while (open.TryPop(out var tensor))
        {
            if (found.TryAdd(tensor.Id, tensor))
            {
                tensor.Inputs.ToList().ForEach(open.Push);
            }
        }

        return [.. found.Values];
    }

    /// <summary>d tensor / d input for each input; null where an end is no single number or nothing flows.</summary>
    private static IReadOnlyList<Tensor?> LocalDerivatives(Tensor tensor)
    {
        if (tensor.Inputs.Count == 0 || !tensor.Shape.Equals(TensorShape.Scalar))
        {
            return new Tensor?[tensor.Inputs.Count];
        }

        var derivatives = tensor.Operation.Gradient(tensor, tensor.Graph.Constant(1));
        return [.. derivatives.Select((derivative, i) =>
            tensor.Inputs[i].Shape.Equals(TensorShape.Scalar) ? derivative : null)];
    }

    private sealed record Edge(int From, double? Derivative);

    private sealed record Node(
        string Name, string Operation, TensorShape Shape, double[] Values, IReadOnlyList<Edge> Edges)
    {
        internal string Title => Operation == Name ? Name : $"{Name} = {Operation}";

        internal string Value => Values.Length <= ValuesMax
            ? string.Join(", ", Values.Select(value => $"{value:G6}"))
            : $"{string.Join(", ", Values.Take(ValuesMax - 1).Select(value => $"{value:G6}"))}, …";
    }
}
