using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// Two inputs, seven hidden units, two outputs, sigmoid twice: the classic network. σ' = σ·(1 − σ), and a weight's
/// gradient has the weight's shape: what comes in, times what comes back.
/// </summary>
public sealed class SigmoidMlp : IExample
{
    public string Name => "sigmoid-mlp";

    public string Summary => "2 → 7 → 2 with sigmoids and half the sum of squares: gradients and their shapes";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var start = new UniformInitializer(-1, 1);
        var x = graph.Input("x", TensorShape.Batch(2));
        var t = graph.Input("t", TensorShape.Batch(2));
        var w1 = graph.Parameter("W1", [2, 7], start);
        var w2 = graph.Parameter("W2", [7, 2], start);
        var y = x.MatMul(w1).Sigmoid().MatMul(w2).Sigmoid();
        var loss = SquaredErrors.HalfSumOfSquares(y, t).BatchSum();
        var gradients = graph.Gradients(loss, [w1, w2]);
        lesson.Check($"the gradients have shapes {gradients[0].Shape} and {gradients[1].Shape}",
            gradients[0].Shape.Equals(TensorShape.Of(2, 7)) && gradients[1].Shape.Equals(TensorShape.Of(7, 2)));

        var check = new GradientCheck(loss, [w1, w2], samples: 3, seed: 2);
        check.Set(x, 0.5, -1, 2, 0.25, -0.75, 1.5);
        check.Set(t, 1, 0, 0, 1, 1, 1);
        var report = check.Run();
        lesson.Say($"greatest distance: {report}");
        lesson.Check("gradients equal central differences in double to 1e-6", report.Error <= 1e-6);
    }
}
