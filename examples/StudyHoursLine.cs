using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// A line has two parameters. Half the mean squared error has the gradient (ŷ − y)·x without a factor 2, so the same
/// rate takes steps half as long.
/// </summary>
public sealed class StudyHoursLine : IExample
{
    public string Name => "study-hours-line";

    public string Summary => "a weight and a bias, half mean squared error, ten steps of gradient descent";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var hours = graph.Constant([1, 2, 3, 4, 5], 5);
        var marks = graph.Constant([15, 30, 40, 55, 65], 5);
        var w = graph.Input("w", TensorShape.Scalar);
        var b = graph.Input("b", TensorShape.Scalar);
        var rate = graph.Input("rate", TensorShape.Scalar);
        var loss = SquaredErrors.HalfMeanSquared((w * hours) + b, marks);
        var (nextW, nextB) = (w - (rate * loss.Gradient(w)), b - (rate * loss.Gradient(b)));

        var run = new DoubleRun([loss, nextW, nextB]);
        run.Set(rate, 0.06);
        run.Set(w, 1);
        run.Set(b, 0);
        var losses = new List<double>();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            run.Run();
            losses.Add(run.Get(loss)[0]);
            run.Set(w, run.Get(nextW));
            run.Set(b, run.Get(nextB));
            lesson.Say($"epoch {epoch}: loss {losses[^1]:G7}, then w = {run.Get(nextW)[0]:G8}, "
                + $"b = {run.Get(nextB)[0]:G8}");
        }

        double[] expected =
            [855, 72.6702, 6.811272, 1.266940, 0.800067, 0.760632, 0.757183, 0.756765, 0.756606, 0.756471];
        lesson.Check("the losses", expected, losses, 1e-6);
        lesson.Check("w", [12.573057], run.Get(nextW), 1e-6);
        lesson.Check("b", [3.236051], run.Get(nextB), 1e-6);
    }
}
