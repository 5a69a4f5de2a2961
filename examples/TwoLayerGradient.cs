using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// The chain rule through two layers, by hand: for m = Z·h, h = relu(W·x), L = Σ m² is dL/dm = 2m, dL/dZ = dL/dm·hᵀ,
/// dL/dh = Zᵀ·dL/dm, passed on where W·x &gt; 0, and dL/dW = that·xᵀ. The graph knows these rules; differences agree.
/// </summary>
public sealed class TwoLayerGradient : IExample
{
    public string Name => "two-layer-gradient";

    public string Summary => "L = Σ m², m = Z·relu(W·x): gradients to W and Z against central differences";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var start = new UniformInitializer(-1, 1);
        var w = graph.Parameter("W", [5, 3], start);
        var z = graph.Parameter("Z", [2, 5], start);
        var x = graph.Constant([0.8f, -0.4f, 1.2f], 3, 1);
        var h = w.MatMul(x).Relu();
        var m = z.MatMul(h);
        var loss = m.Square().Sum();

        var report = new GradientCheck(loss, [w, z], seed: 1).Run();
        lesson.Say($"greatest distance: {report}");
        lesson.Check("gradients equal central differences in double to 1e-6", report.Error <= 1e-6);

        var toM = 2 * m;
        var byHand = (z.Transpose().MatMul(toM) * w.MatMul(x).Greater(graph.Constant(0))).MatMul(x.Transpose());
        var distance = (byHand - loss.Gradient(w)).Abs().Max();
        var run = new DoubleRun([distance], seed: 1);
        run.Run();
        lesson.Check("the distance to the gradient by hand", [0], run.Get(distance), 1e-12);
    }
}
