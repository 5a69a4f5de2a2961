using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// One unit draws one line, and no line parts XOR. Two lines do: OR and NAND, joined by AND. With weights of 20 the
/// sigmoid is all but a step.
/// </summary>
public sealed class XorByHand : IExample
{
    public string Name => "xor-by-hand";

    public string Summary => "XOR from three sigmoid units with weights set by hand: OR, NAND and AND";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var hidden = (x.MatMul(graph.Constant([20, -20, 20, -20], 2, 2)) + graph.Constant([-10, 30], 2)).Sigmoid();
        Tensor And(Tensor inputs) => (inputs.MatMul(graph.Constant([20, 20], 2, 1)) - 30f).Sigmoid();
        var (xor, and) = (And(hidden), And(x));

        var run = new GraphRun([hidden, xor, and], samples: 4);
        run.Set(x, [0, 0, 0, 1, 1, 0, 1, 1]);
        run.Run();
        var h = run.Get(hidden).ToArray();
        lesson.Say("inputs (0, 0), (0, 1), (1, 0), (1, 1):");
        lesson.Check("OR", [0, 1, 1, 1], [h[0], h[2], h[4], h[6]], 1e-4);
        lesson.Check("NAND", [1, 1, 1, 0], [h[1], h[3], h[5], h[7]], 1e-4);
        lesson.Check("AND", [0, 0, 0, 1], run.Get(and), 1e-4);
        lesson.Check("XOR", [0, 1, 1, 0], run.Get(xor), 1e-4);
    }
}
