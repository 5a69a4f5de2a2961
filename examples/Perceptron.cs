using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// w·x &gt; 0: a weight vector parts the plane of inputs, and just so an input parts the plane of weights. The weights
/// that are right for all cases form a cone. The rule: where a case is wrong, add it (or take it away) — which is a
/// step of descent on Σ max(0, −y·(w·x)).
/// </summary>
public sealed class Perceptron : IExample
{
    private static readonly double[] Start = [-1.25, 3.25];

    public string Name => "perceptron";

    public string Summary => "two cases, their feasible cone of weights, and the perceptron rule that ends inside it";

    public void Run(Lesson lesson)
    {
        // The cases (1, 2) → −1 and (2, 1) → 1.
        var graph = new Graph();
        var x = graph.Constant([1, 2, 2, 1], 2, 2);
        var y = graph.Constant([-1, 1], 2);
        var w = graph.Parameter("w", [2], new ConstantInitializer(0));
        var margins = y * x.MatMul(w.Reshape(2, 1)).Flatten();
        var descent = new Descent((-margins).Relu().Sum(), rate: 1, watched: [margins]);
        descent.Run.Set(w, [(float)Start[0], (float)Start[1]]);

        var (path1, path2) = (new List<double> { Start[0] }, new List<double> { Start[1] });
        for (var step = 1; step <= 20; step++)
        {
            descent.Step();
            if (descent.Run.Get(margins).ToArray().All(margin => margin > 0))
            {
                break;
            }

            var now = descent.Run.Get(w);
            path1.Add(now[0]);
            path2.Add(now[1]);
            lesson.Say($"step {step}: w = ({now[0]}, {now[1]})");
        }

        lesson.Picture("perceptron.svg", new Plot("The plane of weights", "w₁", "w₂").Range(-5, 5, -5, 5)
            .Line("w·(1, 2) = 0: w below is right", [-10, 10], [5, -5])
            .Line("w·(2, 1) = 0: w above is right", [-5, 5], [10, -10])
            .Line("the rule's way", path1.ToArray(), path2.ToArray())
            .Scatter("weights", path1.ToArray(), path2.ToArray()).ToSvg());
        lesson.Check("w·(1, 2) < 0", path1[^1] + (2 * path2[^1]) < 0);
        lesson.Check("w·(2, 1) > 0", (2 * path1[^1]) + path2[^1] > 0);
    }
}
