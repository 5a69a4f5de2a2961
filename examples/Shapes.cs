using Distributed.Engine.Backends;
using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// Most mistakes in deep learning are mistakes of shape. Broadcasting aligns shapes at the right and repeats what is 1
/// or missing; a product needs equal inner sizes; reshape keeps the order, transpose changes it.
/// </summary>
public sealed class Shapes : IExample
{
    public string Name => "shapes";

    public string Summary => "broadcasting, reshape, transpose, products, and the error when sizes differ";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        Tensor Ones(params int[] dimensions) => graph.Constant(1).Expand(TensorShape.Of(dimensions));
        void Shape(string what, Tensor tensor, params int[] expected) =>
            lesson.Check($"{what} is {tensor.Shape}", tensor.Shape.Equals(TensorShape.Of(expected)));

        Shape("[32, 10] + [10]", Ones(32, 10) + Ones(10), 32, 10);
        Shape("[3, 2] as a column", Ones(3, 2).Reshape(6, 1), 6, 1);
        Shape("and as [2, 3]", Ones(3, 2).Reshape(6, 1).Reshape(2, 3), 2, 3);
        Shape("[300, 20] transposed", Ones(300, 20).Transpose(), 20, 300);
        Shape("the Hadamard product [2, 3] * [2, 3]", Ones(2, 3) * Ones(2, 3), 2, 3);
        Shape("the dot product [5]·[5]", Ones(5).Dot(Ones(5)));
        Shape("the outer product of [2] and [3]", Ones(2).Outer(Ones(3)), 2, 3);

        // A network 4 → 6 → 6 → 2 for 8 samples: samples as rows, X·W, and samples as columns, W·X.
        var rows = Ones(8, 4).MatMul(Ones(4, 6)).MatMul(Ones(6, 6)).MatMul(Ones(6, 2));
        var columns = Ones(2, 6).MatMul(Ones(6, 6).MatMul(Ones(6, 4).MatMul(Ones(4, 8))));
        Shape("4 → 6 → 6 → 2 with samples as rows", rows, 8, 2);
        Shape("4 → 6 → 6 → 2 with samples as columns", columns, 2, 8);

        var m = graph.Constant([1, 2, 3, 4, 5, 6], 3, 2);
        var (hadamard, dot) = (m * m, m.Flatten().Dot(m.Flatten()));
        var (reshaped, transposed) = (m.Reshape(2, 3), m.Transpose());
        var run = new GraphRun([hadamard, dot, reshaped, transposed]);
        run.Run();
        lesson.Check("m * m", [1, 4, 9, 16, 25, 36], run.Get(hadamard));
        lesson.Check("m·m", [91], run.Get(dot));
        lesson.Check("m reshaped to [2, 3]", [1, 2, 3, 4, 5, 6], run.Get(reshaped));
        lesson.Check("m transposed to [2, 3]", [1, 3, 5, 2, 4, 6], run.Get(transposed));
        lesson.Check("sizes that differ are refused: " + Refusal(() => Ones(32, 784).MatMul(Ones(512, 10))),
            Refusal(() => Ones(32, 784).MatMul(Ones(512, 10)))
            == "matmul: inner sizes differ: lhs [32, 784] has 784 columns, rhs [512, 10] has 512 rows");
    }

    private static string Refusal(Func<Tensor> build)
    {
        try
        {
            return $"nothing: it is {build().Shape}";
        }
        catch (ShapeException error)
        {
            return error.Message;
        }
    }
}
