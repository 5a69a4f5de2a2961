using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// Fahrenheit from Celsius needs a bias: a line through the origin cannot cross the axis at 32. Inputs are
/// standardised, (x − mean) / deviation, because descent is quick where all directions are equally steep.
/// </summary>
public sealed class Celsius : IExample
{
    public string Name => "celsius";

    public string Summary => "fahrenheit = 1.8·celsius + 32, learned without and with a bias";

    public void Run(Lesson lesson)
    {
        var celsius = Enumerable.Range(0, 100).Select(i => (float)i).ToArray();
        var mean = celsius.Average();
        var deviation = MathF.Sqrt(celsius.Average(value => (value - mean) * (value - mean)));

        var graph = new Graph();
        var x = graph.Constant([.. celsius.Select(value => (value - mean) / deviation)], 100);
        var y = graph.Constant([.. celsius.Select(value => (1.8f * value) + 32)], 100);
        var w = graph.Parameter("w", [], new ConstantInitializer(0));
        var b = graph.Parameter("b", [], new ConstantInitializer(0));
        var through = Train(SquaredErrors.MeanSquared(w * x, y), [w]).Loss;
        var (loss, run) = Train(SquaredErrors.MeanSquared((w * x) + b, y), [w, b]);

        // Back to degrees: w·(c − mean)/deviation + b.
        var slope = run.Get(w)[0] / deviation;
        var intercept = run.Get(b)[0] - (slope * mean);
        lesson.Say($"w·x:     loss {through:G6}: the mean of y, {(1.8 * mean) + 32:G6}, squared is left");
        lesson.Say($"w·x + b: loss {loss:G3}, fahrenheit = {slope:G6}·celsius + {intercept:G6}");
        lesson.Check("w·x cannot reach it", through > 1000);
        lesson.Check("the slope", [1.8], [slope], 1e-3);
        lesson.Check("the intercept", [32], [intercept], 1e-3);
    }

    private static (float Loss, Engine.Backends.GraphRun Run) Train(Tensor error, IReadOnlyList<Tensor> learned)
    {
        var descent = new Descent(error, rate: 0.1f, learned);
        var loss = 0f;
        for (var step = 0; step < 200; step++)
        {
            loss = descent.Step();
        }

        return (loss, descent.Run);
    }
}
