using Distributed.Engine.Backends;
using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Tests.Graphs;

public sealed class DifferentiationTests
{
    private static readonly ConstantInitializer Zero = new();

    [Fact]
    public void Jacobian_HoldsEveryDerivative_OfAMapWithTwoOutputs()
    {
        var graph = new Graph();
        var x = graph.Parameter("x", [3], Zero);
        var y = x.At(0, 0).Reshape(1) * x.Slice(0, 1, 2); // (x0·x1, x0·x2)
        var jacobian = y.Jacobian(x);
        Assert.Equal(TensorShape.Of(2, 3), jacobian.Shape);
        Assert.Equal([5, 2, 0, 7, 0, 2], Evaluate(jacobian, (x, [2, 5, 7])));
    }

    [Fact]
    public void Jacobian_IsPerSample_WhenBothHaveABatch()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var jacobian = x.Square().Jacobian(x);
        var run = new DoubleRun([jacobian], samples: 2);
        run.Set(x, 1, 2, 3, 4);
        run.Run();
        Assert.Equal([2, 0, 0, 4, 6, 0, 0, 8], run.Get(jacobian));
    }

    [Fact]
    public void Products_EqualTheJacobianTimesTheVector()
    {
        var graph = new Graph();
        var x = graph.Parameter("x", [3], Zero);
        var w = graph.Constant([1, -2, 0.5f, 3, 0.25f, -1], 3, 2);
        var y = x.MatMul(w).Tanh();
        var (u, v) = (graph.Constant([2, -1], 2), graph.Constant([1, 3, -2], 3));
        Tensor[] tensors = [y.Jacobian(x), y.VectorJacobian(x, u), y.JacobianVector(x, v)];
        var run = new DoubleRun(tensors);
        run.Set(x, 0.3, -0.2, 0.5);
        run.Run();
        var jacobian = run.Get(tensors[0]);
        for (var j = 0; j < 3; j++)
        {
            Assert.Equal((2 * jacobian[j]) - jacobian[3 + j], run.Get(tensors[1])[j], 1e-14);
        }

        for (var i = 0; i < 2; i++)
        {
            var row = jacobian.AsSpan(3 * i, 3);
            Assert.Equal(row[0] + (3 * row[1]) - (2 * row[2]), run.Get(tensors[2])[i], 1e-14);
        }
    }

    [Fact]
    public void JacobianVector_SumsOverParameters_WhenOnlyTheResultHasABatch()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        var w = graph.Parameter("w", [2, 1], Zero);
        var forward = x.MatMul(w).Square().JacobianVector(w, graph.Constant([1, 1], 2, 1));
        var run = new DoubleRun([forward], samples: 2);
        run.Set(x, 1, 2, 3, 4);
        run.Set(w, 1, -1);
        run.Run();
        Assert.Equal([2 * -1 * 3, 2 * -1 * 7], run.Get(forward)); // 2·(x·w)·(x·v)
    }

    [Fact]
    public void DirectionalDerivative_IsTheGradientAlongTheDirection()
    {
        var graph = new Graph();
        var x = graph.Parameter("x", [2], Zero);
        var f = x.At(0, 0).Square() - (x.At(0, 0) * x.At(0, 1));
        var slope = f.DirectionalDerivative(x, graph.Constant([3, 4], 2));
        Assert.Equal([(7 * 3) + (-2 * 4)], Evaluate(slope, (x, [2, -3])));
    }

    [Fact]
    public void Hessian_IsTheSecondDerivative()
    {
        var graph = new Graph();
        var x = graph.Parameter("x", [2], Zero);
        var f = (x.At(0, 0).Power(3) * x.At(0, 1)).Reshape();
        Assert.Equal([6 * 2 * 5, 3 * 4, 3 * 4, 0], Evaluate(f.Hessian(x), (x, [2, 5])));
    }

    [Fact]
    public void Jacobian_IsRefused_WhenOnlyTheResultHasABatch()
    {
        var graph = new Graph();
        var w = graph.Parameter("w", [4, 2], Zero);
        var y = graph.Input("x", TensorShape.Batch(4)).MatMul(w);
        var error = Assert.Throws<ShapeException>(() => y.Jacobian(w));
        Assert.Equal(
            "jacobian: x has shape [4, 2]: needs a batch as y [batch, 2] has; or sum y over its batch first",
            error.Message);
    }

    [Fact]
    public void VectorJacobian_IsRefused_WhenTheVectorDoesNotFit()
    {
        var graph = new Graph();
        var x = graph.Parameter("x", [3], Zero);
        var error = Assert.Throws<ShapeException>(() => x.Exp().VectorJacobian(x, graph.Constant([1, 2], 2)));
        Assert.Equal("vector-jacobian: the vector has shape [2]: needs that of exp, [3]", error.Message);
    }

    private static double[] Evaluate(Tensor tensor, params (Tensor Leaf, double[] Values)[] leaves)
    {
        var run = new DoubleRun([tensor]);
        foreach (var (leaf, values) in leaves)
        {
            run.Set(leaf, values);
        }

        run.Run();
        return run.Get(tensor);
    }
}
