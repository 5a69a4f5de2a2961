using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// A derivative is a slope. A difference quotient comes near it, and is off by about h; differentiation by rules, which
/// is what the engine does with a graph, gives it exactly.
/// </summary>
public sealed class Derivative : IExample
{
    public string Name => "derivative";

    public string Summary => "d/dx x² at 3: a difference quotient beside automatic differentiation";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Scalar);
        var y = x * x;
        var slope = y.Gradient(x);
        var run = new DoubleRun([y, slope]);

        const double H = 1e-4;
        run.Set(x, 3 + H);
        run.Run();
        var above = run.Get(y)[0];
        run.Set(x, 3);
        run.Run();
        var difference = (above - run.Get(y)[0]) / H;

        lesson.Say($"(f(3 + h) − f(3)) / h with h = {H}: {difference:R}");
        lesson.Say($"2x at 3, from the graph:            {run.Get(slope)[0]:R}");
        lesson.Check("the difference quotient", [6.000100000012054], [difference], 1e-15);
        lesson.Check("the derivative", [6], run.Get(slope));
    }
}
