using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// A function of two variables has a slope in every direction: the gradient's component along it, ∇f·v for v of length
/// 1. It is greatest along the gradient itself, which is why descent goes the opposite way.
/// </summary>
public sealed class Directional : IExample
{
    public string Name => "directional";

    public string Summary => "f = x² − xy at (2, −3): its gradient, and its slope along (0.6, 0.8)";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var point = graph.Input("point", TensorShape.Of(2));
        var (x, y) = (point.At(0, 0), point.At(0, 1));
        var f = x.Square() - (x * y);
        var direction = graph.Input("direction", TensorShape.Of(2));
        var gradient = f.Gradient(point);
        var slope = f.DirectionalDerivative(point, direction);

        var run = new DoubleRun([gradient, slope]);
        run.Set(point, 2, -3);
        run.Set(direction, 0.6, 0.8);
        run.Run();
        lesson.Check("the gradient (2x − y, −x)", [7, -2], run.Get(gradient), 1e-15);
        lesson.Check("the slope 7·0.6 − 2·0.8", [2.6], run.Get(slope), 1e-15);
    }
}
