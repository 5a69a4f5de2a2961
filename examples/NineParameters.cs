using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// Two inputs, two hidden units, one output: 2·2 + 2 weights and biases into the hidden units, 2 + 1 into the output,
/// nine in all. The loss is another choice: least squares for numbers, cross-entropy for yes or no.
/// </summary>
public sealed class NineParameters : IExample
{
    public string Name => "nine-parameters";

    public string Summary => "a 2 → 2 → 1 network: nine parameters, with least squares and with cross-entropy";

    public void Run(Lesson lesson)
    {
        Learn(lesson, "least squares", (z, target) => SquaredErrors.MeanSquared(z.Sigmoid(), target));
        Learn(lesson, "binary cross-entropy", (z, target) => (z.Softplus() - (target * z)).Mean());
    }

    private static void Learn(Lesson lesson, string name, Func<Tensor, Tensor, Tensor> lossOf)
    {
        var graph = new Graph();
        var x = graph.Constant([0, 0, 0, 1, 1, 0, 1, 1], 4, 2);
        var target = graph.Constant([0, 1, 1, 1], 4, 1);
        var start = new UniformInitializer(-1, 1);
        var hidden = (x.MatMul(graph.Parameter("W1", [2, 2], start)) + graph.Parameter("b1", [2], start)).Sigmoid();
        var z = hidden.MatMul(graph.Parameter("W2", [2, 1], start)) + graph.Parameter("b2", [1], start);
        var loss = lossOf(z, target);
        lesson.Check($"{name}: the number of parameters", [9], [graph.Parameters.Sum(p => p.Shape.SampleLength)]);

        var report = new GradientCheck(loss, graph.Parameters, seed: 3).Run();
        lesson.Check($"{name}: gradients equal central differences to 1e-6", report.Error <= 1e-6);

        var answers = z.Greater(graph.Constant(0));
        var descent = new Descent(loss, rate: 2, watched: [answers], seed: 3);
        for (var step = 0; step < 2000; step++)
        {
            descent.Step();
        }

        lesson.Check($"{name}: the answers learned for OR", [0, 1, 1, 1], descent.Run.Get(answers));
    }
}
