using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Graphs;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Gradients of a graph against the change of its loss, both in double precision, at irregular values of inputs and
/// parameters.
/// </summary>
internal sealed class CentralDifferences(Graph graph, int samples)
{
    private const double Step = 1e-5;

    /// <summary>Values of an input, by its name; by default irregular ones.</summary>
    internal Func<string, int, double> Input { get; init; } = (_, i) => Value(i + 100);

    /// <summary>One number from any tensor, in which every element counts differently.</summary>
    internal static Tensor Weighted(Tensor tensor)
    {
        var weights = Enumerable.Range(0, tensor.Shape.SampleLength).Select(i => 0.5f + (i % 7 * 0.25f)).ToArray();
        var sum = (tensor * tensor.Graph.Constant(weights, [.. tensor.Shape.Dimensions])).Sum();
        return sum.Shape.Batched ? sum.BatchSum() : sum;
    }

    /// <summary>The first derivatives of a loss, and with them those of the gradient's weighted sum.</summary>
    internal void AssertBoth(Tensor result, string context)
    {
        var loss = Weighted(result);
        Assert(loss, 1e-7, context);
        var first = graph.Gradients(loss, graph.Parameters).Select(Weighted).Aggregate((x, y) => x + y);
        Assert(first, 1e-6, $"{context}, twice");
    }

    internal void Assert(Tensor loss, double bound, string context)
    {
        var analytic = Evaluate(graph.Gradients(loss, graph.Parameters), -1, 0).SelectMany(values => values).ToArray();
        for (var i = 0; i < analytic.Length; i++)
        {
            var difference = (Evaluate([loss], i, Step)[0][0] - Evaluate([loss], i, -Step)[0][0]) / (2 * Step);
            Xunit.Assert.True(
                Math.Abs(analytic[i] - difference) <= bound * Math.Max(1, Math.Abs(difference)),
                $"{context}: element {i}: analytic {analytic[i]:R}, central difference {difference:R}");
        }
    }

    /// <summary>Irregular values in (−1, 1), none of them near 0, where |x| and ReLU have no derivative.</summary>
    private static double Value(int i)
    {
        var value = Math.Sin(1.7 * (i + 1));
        return value + (value < 0 ? -0.05 : 0.05);
    }

    private double[][] Evaluate(IReadOnlyList<Tensor> outputs, int moved, double by)
    {
        var plan = Plan.Compile(outputs, samples, BatchMode.Whole);
        var evaluator = new ReferenceEvaluator(plan);
        for (var i = 0; i < evaluator.Parameters.Length; i++)
        {
            evaluator.Parameters[i] = Value(i) + (i == moved ? by : 0);
        }

        foreach (var name in plan.Inputs.Keys)
        {
            var values = evaluator.Input(name, samples);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Input(name, i);
            }
        }

        evaluator.Run(samples);
        return [.. plan.Outputs.Select(output => evaluator.Output(output, samples).ToArray())];
    }
}
