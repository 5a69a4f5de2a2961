using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// The Jacobian holds the derivative of every output to every input. Of a linear map it is the matrix itself. To the
/// matrix, y = Wx has a derivative with three indices, nearly all zeros: xⱼ is all there is to store.
/// </summary>
public sealed class Jacobian : IExample
{
    public string Name => "jacobian";

    public string Summary => "of y = Wx and of y = xW; and dy/dW, of third order, stored compactly";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var w = graph.Input("W", TensorShape.Of(4, 3));
        var x = graph.Input("x", TensorShape.Of(3));
        var y = w.MatMul(x.Reshape(3, 1)).Flatten();
        var row = graph.Input("row", TensorShape.Of(4));
        var byRow = row.MatMul(w);
        Tensor[] results = [y.Jacobian(x), byRow.Jacobian(row), y.Jacobian(w)];
        var run = new DoubleRun(results);
        double[] weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        double[] values = [-1, 0.5, 2];
        run.Set(w, weights);
        run.Set(x, values);
        run.Set(row, 1, 2, 3, 4);
        run.Run();

        lesson.Check("dy/dx for y = Wx is W", weights, run.Get(results[0]));
        double[] transposed = [.. Enumerable.Range(0, 12).Select(i => weights[(i % 4 * 3) + (i / 4)])];
        lesson.Check("dy/dx for y = xW is Wᵀ", transposed, run.Get(results[1]));

        var third = run.Get(results[2]);
        var nonZero = Enumerable.Range(0, 4 * 4 * 3).Where(i => third[i] != 0).ToList();
        lesson.Say($"dy/dW has shape {results[2].Shape}: {third.Length} entries, {nonZero.Count} not 0");
        lesson.Check("dyᵢ/dWₖⱼ is xⱼ where k = i, and 0 elsewhere", Enumerable.Range(0, third.Length).All(
            i => third[i] == (i / 12 == i / 3 % 4 ? values[i % 3] : 0)));

        // Compactly: vᵀ·dy/dW for any v is the outer product of v and x, without the 48 entries.
        var v = graph.Constant([1, -1, 2, 0.5f], 4);
        Tensor[] products = [y.VectorJacobian(w, v), v.Outer(x)];
        var compact = new DoubleRun(products);
        compact.Set(w, weights);
        compact.Set(x, values);
        compact.Run();
        lesson.Check("vᵀ·dy/dW is v·xᵀ", compact.Get(products[1]), compact.Get(products[0]));
    }
}
