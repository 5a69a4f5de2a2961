using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// A layer is a matrix product, a shift, and a bend: z = x·W + b, then ReLU. Samples are rows, so the same W serves all
/// of them at once.
/// </summary>
public sealed class ToyLayer : IExample
{
    public string Name => "toy-layer";

    public string Summary => "z = x·W + b and ReLU on two samples; ReLU and sigmoid drawn";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var w = graph.Constant([1, 0.5f, 0.5f, 1], 2, 2);
        var z = x.MatMul(w) + graph.Constant([-2, 0.5f], 2);
        var h = z.Relu();
        var run = new GraphRun([z, h], samples: 2);
        run.Set(x, [1, 2, -1, 2]);
        run.Run();
        lesson.Check("z", [0, 3, -2, 2], run.Get(z));
        lesson.Check("ReLU(z)", [0, 3, 0, 2], run.Get(h));

        var at = graph.Constant([.. Enumerable.Range(-100, 201).Select(i => i / 10f)], 201);
        var (relu, sigmoid) = (at.Relu(), at.Sigmoid());
        var curves = new DoubleRun([at, relu, sigmoid]);
        curves.Run();
        lesson.Picture("toy-layer-relu.svg", new Plot("ReLU", "x", "max(x, 0)")
            .Line("ReLU", curves.Get(at), curves.Get(relu)).ToSvg());
        lesson.Picture("toy-layer-sigmoid.svg", new Plot("Sigmoid", "x", "1 / (1 + e⁻ˣ)")
            .Line("sigmoid", curves.Get(at), curves.Get(sigmoid)).ToSvg());
    }
}
