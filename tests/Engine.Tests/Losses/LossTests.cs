using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Engine.Tests.Losses;

/// <summary>Each loss against its formula in double, and where formulas written out would overflow.</summary>
public sealed class LossTests
{
    private static readonly float[] Predicted = [0.5f, -2, 3, 0, 1.5f, -0.25f];
    private static readonly float[] Target = [1, -1.5f, 0, 0, 1, 1];

    [Fact]
    public void Huber_IsSquaredNearZeroAndLinearBeyond() =>
        AssertEach(
            (y, t) => Math.Abs(y - t) <= 0.7 ? (y - t) * (y - t) / 2 : 0.7 * (Math.Abs(y - t) - 0.35),
            (y, t) => Huber.Of(y, t, 0.7f));

    [Fact]
    public void BinaryCrossEntropy_OfLogitsIsThatOfTheirSigmoids()
    {
        static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
        AssertEach(
            (z, t) => -(t * Math.Log(Sigmoid(z))) - ((1 - t) * Math.Log(1 - Sigmoid(z))),
            (z, t) => z.BinaryCrossEntropyOfLogits(t));
        AssertEach(
            (z, t) => -(t * Math.Log(Sigmoid(z))) - ((1 - t) * Math.Log(1 - Sigmoid(z))),
            (z, t) => z.Sigmoid().BinaryCrossEntropyOfProbabilities(t));
    }

    [Theory]
    [InlineData(1000, 0, 1000)]
    [InlineData(1000, 1, 0)]
    [InlineData(-1000, 1, 1000)]
    [InlineData(-1000, 0, 0)]
    [InlineData(0, 1, 0.6931472f)]
    public void BinaryCrossEntropy_OfLogitsIsFinite_WhateverTheyAre(float logit, float target, float loss) =>
        Assert.Equal(loss, Run((z, t) => z.BinaryCrossEntropyOfLogits(t), [logit], [target])[0], 1e-6f);

    [Theory]
    [InlineData(0, 1, 100)]
    [InlineData(1, 0, 100)]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    public void BinaryCrossEntropy_OfProbabilitiesHasALeastLogarithm(float probability, float target, float loss) =>
        Assert.Equal(loss, Run((p, t) => p.BinaryCrossEntropyOfProbabilities(t), [probability], [target])[0], 1e-6f);

    [Theory]
    [InlineData(0)]
    [InlineData(0.1f)]
    public void CrossEntropy_IsTheSame_OfLabelsAndOfTheirOneHotTargets(float smoothing)
    {
        float[] logits = [0.5f, -2, 3, 0, 1.5f, -0.25f, 700, 0, -700];
        var graph = new Graph();
        var z = graph.Input("z", TensorShape.Batch(3));
        var labels = graph.Input("labels", TensorShape.Batch());
        var targets = graph.Input("targets", TensorShape.Batch(3));
        var (one, other) = (
            CrossEntropy.OfLabels(z, labels, smoothing), CrossEntropy.OfTargets(z, targets, smoothing));
        var run = new GraphRun([one, other], samples: 3);
        run.Set(z, logits);
        run.Set(labels, [2, 0, 1]);
        run.Set(targets, [0, 0, 1, 1, 0, 0, 0, 1, 0]);
        run.Run();
        for (var sample = 0; sample < 3; sample++)
        {
            var row = logits.Skip(3 * sample).Take(3).Select(value => (double)value).ToArray();
            var log = row.Max() + Math.Log(row.Sum(value => Math.Exp(value - row.Max())));
            var label = new[] { 2, 0, 1 }[sample];
            var truth = ((1 - smoothing) * (log - row[label])) + (smoothing * (log - row.Average()));
            Assert.Equal(truth, run.Get(one)[sample], 1e-4);
            Assert.Equal(truth, run.Get(other)[sample], 1e-4);
        }
    }

    [Fact]
    public void Losses_RefuseNumbersOutOfRange()
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Huber.Of(x, x, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossEntropy.OfTargets(x, x, 1));
    }

    private static void AssertEach(Func<double, double, double> formula, Func<Tensor, Tensor, Tensor> loss)
    {
        var values = Run(loss, Predicted, Target);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(formula(Predicted[i], Target[i]), values[i], 2e-6);
        }
    }

    private static float[] Run(Func<Tensor, Tensor, Tensor> loss, float[] predicted, float[] target)
    {
        var graph = new Graph();
        var (y, t) = (graph.Input("y", TensorShape.Batch(1)), graph.Input("t", TensorShape.Batch(1)));
        var result = loss(y, t);
        var run = new GraphRun([result], predicted.Length);
        run.Set(y, predicted);
        run.Set(t, target);
        run.Run();
        return run.Get(result).ToArray();
    }
}
