using System.Xml.Linq;
using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;

namespace Distributed.Engine.Tests.Pictures;

public sealed class GraphDrawingTests
{
    [Fact]
    public void Text_ShowsValuesAndLocalDerivatives()
    {
        Assert.Equal(
            """
            a [] = 4
            b [] = 3
            c [] = 7   add of a (dc/da = 1), b (dc/db = 1)
            d [] = 28   multiply of a (dd/da = 7), c (dd/dc = 4)

            """.ReplaceLineEndings("\n"),
            Draw().ToText());
    }

    [Fact]
    public void Dot_HasANodePerTensor_AndAnEdgePerUse()
    {
        var dot = Draw().ToDot();
        Assert.Contains("n2 [label=\"c = add\\n[]\\n7\"];", dot, StringComparison.Ordinal);
        Assert.Contains("n2 -> n3 [label=\"4\"];", dot, StringComparison.Ordinal);
        Assert.Equal(4, dot.Split("->").Length - 1);
    }

    [Fact]
    public void Svg_HasABoxPerTensor()
    {
        var root = XDocument.Parse(Draw().ToSvg()).Root!;
        Assert.Equal(1 + 4, root.Elements().Count(element => element.Name.LocalName == "rect"));
        Assert.Equal(4, root.Elements().Count(element => element.Name.LocalName == "line"));
        Assert.Contains("28", root.Elements().Select(element => element.Value));
    }

    [Fact]
    public void Tensors_AreShownInShort_WithoutLocalDerivatives()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(4));
        var drawing = GraphDrawing.Of([x.Exp()], run => run.Set(x, new double[8]), samples: 2);
        Assert.Equal(
            "x [batch, 4] = 0, 0, 0, 0, 0, …\nexp [batch, 4] = 1, 1, 1, 1, 1, …   exp of x\n", drawing.ToText());
    }

    private static GraphDrawing Draw()
    {
        var graph = new Graph();
        var (a, b) = (graph.Input("a", TensorShape.Scalar), graph.Input("b", TensorShape.Scalar));
        var c = a + b;
        var d = a * c;
        var names = new Dictionary<Tensor, string> { [c] = "c", [d] = "d" };
        return GraphDrawing.Of([d], run => Set(run, a, b), names);
    }

    private static void Set(Engine.Backends.DoubleRun run, Tensor a, Tensor b)
    {
        run.Set(a, 4);
        run.Set(b, 3);
    }
}
