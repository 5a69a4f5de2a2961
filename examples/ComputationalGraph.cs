using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// A computation is a graph; each edge has a local derivative. A derivative is the sum, over all ways from one end to
/// the other, of the products along the way: a reaches d directly and through c, so dd/da = 7 + 1·4.
/// </summary>
public sealed class ComputationalGraph : IExample
{
    public string Name => "computational-graph";

    public string Summary => "c = a + b, d = a·c with values and derivatives, drawn as text and picture";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var (a, b) = (graph.Input("a", TensorShape.Scalar), graph.Input("b", TensorShape.Scalar));
        var c = a + b;
        var d = a * c;
        var names = new Dictionary<Tensor, string> { [c] = "c", [d] = "d" };
        void Set(DoubleRun values)
        {
            values.Set(a, 4);
            values.Set(b, 3);
        }

        var drawing = GraphDrawing.Of([d], Set, names);
        lesson.Say(drawing.ToText());
        lesson.Picture("computational-graph.svg", drawing.ToSvg());

        Tensor[] derivatives = [.. graph.Gradients(d, [a, b, c]), c.Gradient(a)];
        var run = new DoubleRun(derivatives);
        Set(run);
        run.Run();
        double[] found = [.. derivatives.Select(derivative => run.Get(derivative)[0])];
        lesson.Check("dd/da, dd/db, dd/dc, dc/da", [11, 4, 4, 1], found);
    }
}
