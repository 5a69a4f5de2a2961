using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Graphs;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Every gradient rule against central differences in double precision, first and second derivatives: the graph is
/// differentiated, evaluated by the reference evaluator, and compared with the change of the loss itself.
/// </summary>
public sealed class GradientTests
{
    private const double Step = 1e-5;

    private static readonly ConstantInitializer Zero = new();

    /// <summary>
    /// Each case builds a tensor from two parameters p [3, 4] and q [4] and a batched input x [batch, 4].
    /// </summary>
    public static TheoryData<string> Cases => [.. Builders.Keys];

    private static Dictionary<string, Func<Leaves, Tensor>> Builders { get; } = new(StringComparer.Ordinal)
    {
        ["add"] = l => l.P + l.Q,
        ["add-batch"] = l => l.X + l.Q,
        ["subtract"] = l => (l.Q - l.P) + (1 - l.P) + (l.Q - 2f),
        ["multiply"] = l => l.P * l.Q,
        ["multiply-batch"] = l => l.Q * l.X,
        ["divide"] = l => l.P / (l.Q + 3f),
        ["divide-batch"] = l => l.X / (l.Q + 3f),
        ["negate"] = l => -l.P * l.P,
        ["scale"] = l => 2.5f * l.P,
        ["exp"] = l => l.P.Exp(),
        ["log"] = l => (l.P + 3f).Log(),
        ["sqrt"] = l => (l.P + 3f).Sqrt(),
        ["square"] = l => l.P.Square(),
        ["abs"] = l => l.P.Abs(),
        ["relu"] = l => l.P.Relu(),
        ["relu-of-product"] = l => (l.X.MatMul(l.P.Transpose()) + 0.01f).Relu(),
        ["sigmoid"] = l => l.P.Sigmoid(),
        ["tanh"] = l => l.P.Tanh(),
        ["matmul"] = l => l.P.MatMul(l.Q.Reshape(4, 1)),
        ["matmul-vector"] = l => l.Q.MatMul(l.P.Transpose()),
        ["matmul-batch"] = l => l.X.MatMul(l.P.Transpose()),
        ["matmul-transposed"] = l => l.X.Product(l.P, false, transposeRight: true),
        ["matmul-left"] = l => l.P.Product(l.P.Exp(), transposeLeft: true, false),
        ["matmul-rows"] = l => (l.X.Reshape(2, 2) * l.Q.Reshape(2, 2)).MatMul(l.P.Reshape(2, 6)),
        ["batch-product"] = l => (l.X * l.Q).BatchProduct(l.X.MatMul(l.P.Transpose())),
        ["batch-sum"] = l => (l.X * l.P.Sum(0)).BatchSum(),
        ["sum-first"] = l => l.P.Exp().Sum(0),
        ["sum-last"] = l => l.P.Exp().Sum(1),
        ["sum"] = l => (l.X * l.Q).Exp().Sum(),
        ["mean"] = l => l.P.Exp().Mean(),
        ["expand"] = l => l.Q.Expand(TensorShape.Batch(3, 4)).Exp() * l.P,
        ["reshape"] = l => l.P.Reshape(2, 6).Exp(),
        ["flatten"] = l => l.P.Flatten().Exp(),
        ["transpose"] = l => l.P.Transpose().Exp(),
        ["transpose-axes"] = l => (l.P.Exp() * l.Q).Reshape(3, 2, 2).Transpose(1, 2, 0) * l.Q.Slice(0, 0, 3),
        ["transpose-batch"] = l => (l.X * l.P).Reshape(3, 2, 2, 1).Transpose(3, 1, 0, 2).Square(),
        ["softmax"] = l => l.P.Softmax(),
        ["softmax-batch"] = l => (l.X * l.Q).Softmax(),
        ["softmax-cross-entropy"] = l => (l.X * l.Q).SoftmaxCrossEntropy(l.Labels),
        ["cross-entropy-smoothed"] = l => Engine.Losses.CrossEntropy.OfLabels(l.X * l.Q, l.Labels, 0.2f),
        ["cross-entropy-targets"] = l => Engine.Losses.CrossEntropy.OfTargets(l.X * l.Q, (l.X + l.Q).Softmax(), 0.1f),
        ["logit-cross-entropy"] = l => l.P.BinaryCrossEntropyOfLogits(l.Q.Sigmoid()),
        ["logit-cross-entropy-batch"] = l => (l.X * l.Q).BinaryCrossEntropyOfLogits(l.Q.Sigmoid()),
        ["probability-cross-entropy"] = l => l.P.Sigmoid().BinaryCrossEntropyOfProbabilities(l.Q.Sigmoid()),
        ["huber"] = l => Engine.Losses.Huber.Of(l.P, l.Q, 0.7f),
        ["squared-error"] = l => Engine.Losses.SquaredErrors.HalfMeanSquared(l.P, l.Q),
        ["scalars"] = l => (1.5f + l.P) * 2f / (l.Q + 3f) + (0.5f / (l.Q + 4f)),
        ["leaky-relu"] = l => l.P.LeakyRelu(0.2f),
        ["leaky-relu-turning"] = l => l.P.LeakyRelu(-0.5f),
        ["softplus"] = l => l.P.Softplus(),
        ["erf"] = l => (2 * l.P).Erf(),
        ["gelu"] = l => (2 * l.P).Gelu(),
        ["silu"] = l => (2 * l.P).Silu(),
        ["log-softmax"] = l => l.P.LogSoftmax() * l.P,
        ["log-softmax-batch"] = l => (l.X * l.Q).LogSoftmax(),
        ["power"] = l => (l.P + 2f).Power(l.Q),
        ["power-batch"] = l => (l.X + 2f).Power(l.Q * l.P.Sum(0)),
        ["power-whole"] = l => l.P.Power(5) + l.P.Power(-2) + l.P.Power(0) + l.Q.Power(1),
        ["power-fraction"] = l => (l.P + 2f).Power(1.75f),
        ["maximum"] = l => (l.P * l.P).Maximum(l.Q.Abs()) + l.P.Minimum(0.7f * l.Q),
        ["clamp"] = l => (l.P * l.P).Clamp(0.2f, 0.9f),
        ["select"] = l => l.P.Less(l.Q).Select(l.P * l.P, l.Q.Exp()) + l.P.GreaterOrEqual(l.Q),
        ["select-log"] = l => l.P.Greater(l.Graph.Constant(0)).Select(l.P.Abs().Log(), l.P),
        ["sum-axes"] = l => (l.P.Exp() * l.Q).Reshape(3, 2, 2).Sum(0, 2),
        ["mean-axes"] = l => (l.P.Exp() * l.Q).Reshape(3, 2, 2).Mean(1, 2),
        ["max-first"] = l => (l.P * l.P * l.Q).Max(0),
        ["max-last"] = l => (l.P * l.P).Max(1) + l.P.Min(1) + l.P.Max() + l.P.Min(),
        ["max-axes-batch"] = l => (l.X * l.P).Reshape(3, 2, 2).Max(0, 2),
        ["slice"] = l => l.P.Square().Slice(1, 1, 2),
        ["slice-batch"] = l => (l.X * l.P).Slice(0, 1, 2) * l.X,
        ["at"] = l => l.P.Square().At(0, 2) * l.P.Exp().At(1, 1).Sum(),
        ["pad"] = l => l.P.Square().Pad(0, 1, 2).Pad(1, 0, 3),
        ["concatenate"] = l => l.P.Square().Concatenate(0, l.P.Exp(), (l.Q * l.Q).Reshape(1, 4)),
        ["concatenate-batch"] = l => (l.X * l.X * l.Q).Concatenate(0, l.Q.Square(), l.X),
        ["batched-matmul"] = l => (l.X * l.P).MatMul((l.X * l.X * l.Q).Reshape(4, 1)),
        ["batched-matmul-leading"] = l => (l.P * l.Q).Reshape(3, 2, 2).MatMul((l.P * l.P).Reshape(3, 2, 2)),
        ["batched-matmul-broadcast"] = l => l.P.MatMul((l.X * l.P).Reshape(3, 4, 1)),
        ["dot"] = l => (l.X * l.Q).Dot(l.Q),
        ["outer"] = l => (l.X * l.Q).Outer(l.P.Sum(1)),
        ["used-twice"] = l => (l.Q * l.Q).Exp() + l.Q,
        ["mlp"] = l => ((l.X.MatMul(l.P.Transpose()) + 0.1f).Tanh().MatMul(l.P) + l.Q).Sigmoid(),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_EqualsCentralDifferences_WhenEvaluatedInDouble(string name)
    {
        var leaves = new Leaves();
        var loss = Weighted(Builders[name](leaves));
        AssertGradients(leaves, loss, bound: 1e-7);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SecondDerivative_EqualsCentralDifferences_WhenTheGradientIsDifferentiated(string name)
    {
        var leaves = new Leaves();
        var first = leaves.Graph.Gradients(Weighted(Builders[name](leaves)), leaves.Graph.Parameters);
        AssertGradients(leaves, Weighted(first[0]) + Weighted(first[1]), bound: 1e-6);
    }

    [Fact]
    public void Gradients_AreZero_WhenTheLossDoesNotDependOnTheParameter()
    {
        var leaves = new Leaves();
        var gradient = leaves.Graph.Gradients(leaves.Q.Sum(), [leaves.P])[0];
        Assert.All(Evaluate(leaves, [gradient])[0], value => Assert.Equal(0, value));
    }

    /// <summary>One number from any tensor, in which every element counts differently.</summary>
    private static Tensor Weighted(Tensor tensor)
    {
        var weights = Enumerable.Range(0, tensor.Shape.SampleLength).Select(i => 0.5f + (i % 7 * 0.25f)).ToArray();
        var constant = tensor.Graph.Constant(weights, [.. tensor.Shape.Dimensions]);
        var sum = (tensor * constant).Sum();
        return sum.Shape.Batched ? sum.BatchSum() : sum;
    }

    private static void AssertGradients(Leaves leaves, Tensor loss, double bound)
    {
        var analytic = Evaluate(leaves, leaves.Graph.Gradients(loss, leaves.Graph.Parameters))
            .SelectMany(values => values).ToArray();
        for (var i = 0; i < analytic.Length; i++)
        {
            var above = Evaluate(leaves, [loss], i, Step)[0][0];
            var below = Evaluate(leaves, [loss], i, -Step)[0][0];
            var difference = (above - below) / (2 * Step);
            var scale = Math.Max(1, Math.Abs(difference));
            Assert.True(
                Math.Abs(analytic[i] - difference) <= bound * scale,
                $"element {i}: analytic {analytic[i]:R}, central difference {difference:R}");
        }
    }

    private static double[][] Evaluate(Leaves leaves, IReadOnlyList<Tensor> outputs, int moved = -1, double by = 0)
    {
        const int Samples = 5;
        var plan = Plan.Compile(outputs, Samples, BatchMode.Whole);
        var evaluator = new ReferenceEvaluator(plan);
        for (var i = 0; i < evaluator.Parameters.Length; i++)
        {
            evaluator.Parameters[i] = Value(i) + (i == moved ? by : 0);
        }

        foreach (var (name, operand) in plan.Inputs)
        {
            var values = evaluator.Input(name, Samples);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = name == Leaves.LabelsName ? i % 4 : Value(i + 100);
            }
        }

        evaluator.Run(Samples);
        Assert.NotNull(leaves);
        return [.. plan.Outputs.Select(output => evaluator.Output(output, Samples).ToArray())];
    }

    /// <summary>Irregular values in (−1, 1), none of them near 0, where |x| and ReLU have no derivative.</summary>
    private static double Value(int i)
    {
        var value = Math.Sin(1.7 * (i + 1));
        return value + (value < 0 ? -0.05 : 0.05);
    }

    private sealed class Leaves
    {
        internal const string LabelsName = "labels";

        internal Leaves()
        {
            P = Graph.Parameter("p", [3, 4], Zero);
            Q = Graph.Parameter("q", [4], Zero);
            X = Graph.Input("x", TensorShape.Batch(4));
            Labels = Graph.Input(LabelsName, TensorShape.Batch());
        }

        internal Graph Graph { get; } = new();

        internal Tensor P { get; }

        internal Tensor Q { get; }

        internal Tensor X { get; }

        internal Tensor Labels { get; }
    }
}
