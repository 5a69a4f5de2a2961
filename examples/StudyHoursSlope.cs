using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// The smallest model: marks = w · hours. Its loss over w is a parabola; gradient descent walks down it, here by steps
/// so long that it jumps from side to side, and still arrives.
/// </summary>
public sealed class StudyHoursSlope : IExample
{
    public string Name => "study-hours-slope";

    public string Summary => "one weight, mean squared error, ten steps of gradient descent";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var hours = graph.Constant([1, 2, 3, 4, 5], 5);
        var marks = graph.Constant([15, 30, 40, 55, 65], 5);
        var w = graph.Input("w", TensorShape.Scalar);
        var rate = graph.Input("rate", TensorShape.Scalar);
        var loss = SquaredErrors.MeanSquared(w * hours, marks);
        var next = w - (rate * loss.Gradient(w));

        var run = new DoubleRun([loss, next]);
        run.Set(rate, 0.06);
        run.Set(w, 1);
        var losses = new List<double>();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            run.Run();
            losses.Add(run.Get(loss)[0]);
            run.Set(w, run.Get(next));
            lesson.Say($"epoch {epoch}: loss {losses[^1]:G7}, then w = {run.Get(next)[0]:G8}");
        }

        double[] expected =
            [1710, 178.4496, 21.61884, 5.559369, 3.914879, 3.746484, 3.729240, 3.727474, 3.727293, 3.727275];
        lesson.Check("the losses", expected, losses, 1e-6);
        lesson.Check("w", [13.454405], run.Get(next), 1e-6);
        ShowParabola(lesson, graph, hours, marks);
    }

    /// <summary>The loss for many w at once: a column of weights against the row of hours.</summary>
    private static void ShowParabola(Lesson lesson, Graph graph, Tensor hours, Tensor marks)
    {
        float[] weights = [2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
        var losses = (graph.Constant(weights, weights.Length, 1) * hours - marks).Square().Mean(1);
        var run = new GraphRun([losses]);
        run.Run();
        var values = Array.ConvertAll(run.Get(losses).ToArray(), loss => (double)loss);
        double[] expected = [1447, 331, 222, 135, 70, 27, 6, 7, 30, 75, 142];
        lesson.Check("the loss over w = 2, 8, 9, …, 17", expected, values[..11], 1e-3);
        lesson.Picture("study-hours-slope.svg", new Plot("Loss over the weight", "w", "mean squared error")
            .Line("loss", Array.ConvertAll(weights, weight => (double)weight), values).ToSvg());
    }
}
