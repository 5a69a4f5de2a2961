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
        var w = graph.Parameter("w", [], new ConstantInitializer(1));
        var b = graph.Parameter("b", [], new ConstantInitializer(0));
        var descent = new Descent(SquaredErrors.HalfMeanSquared((w * hours) + b, marks), rate: 0.06f);

        var losses = new List<double>();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            losses.Add(descent.Step());
            lesson.Say($"epoch {epoch}: loss {losses[^1]:G7}, then w = {descent.Run.Get(w)[0]:G8}, "
                + $"b = {descent.Run.Get(b)[0]:G8}");
        }

        double[] expected =
            [855, 72.6702, 6.811272, 1.266940, 0.800067, 0.760632, 0.757183, 0.756765, 0.756606, 0.756471];
        lesson.Check("the losses", expected, losses, 1e-4);
        lesson.Check("w", [12.573057], descent.Run.Get(w), 1e-5);
        lesson.Check("b", [3.236051], descent.Run.Get(b), 1e-5);
    }
}
