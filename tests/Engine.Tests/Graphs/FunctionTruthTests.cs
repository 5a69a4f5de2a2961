using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;
using Distributed.Engine.Tests.Fixtures;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Element-wise operations, reductions, softmax and losses against numbers that another implementation made: results
/// and gradients. Fixtures/make_functions.py made functions.txt with PyTorch.
/// </summary>
public sealed class FunctionTruthTests
{
    private const int Samples = 6;
    private const int Width = 5;

    /// <summary>A few rounding errors of single precision, against double precision.</summary>
    private const double Bound = 2e-6;

    private static readonly Truth Numbers = new("functions.txt");

    /// <summary>Named as in the file, in its order.</summary>
    private static readonly Dictionary<string, Case> Cases = new(StringComparer.Ordinal)
    {
        ["exp"] = Wide(x => x.Exp()),
        ["square"] = Wide(x => x.Square()),
        ["abs"] = Wide(x => x.Abs()),
        ["negate"] = Wide(x => -x),
        ["erf"] = Wide(x => x.Erf()),
        ["relu"] = Wide(x => x.Relu()),
        ["leaky-relu"] = Wide(x => x.LeakyRelu(0.2f)),
        ["sigmoid"] = Wide(x => x.Sigmoid()),
        ["tanh"] = Wide(x => x.Tanh()),
        ["softplus"] = Wide(x => x.Softplus()),
        ["gelu"] = Wide(x => x.Gelu()),
        ["silu"] = Wide(x => x.Silu()),
        ["clamp"] = Wide(x => x.Clamp(-1.5f, 0.75f)),
        ["power-whole"] = Wide(x => x.Power(3)),
        ["softmax"] = Wide(x => x.Softmax()),
        ["log-softmax"] = Wide(x => x.LogSoftmax()),
        ["sum"] = Wide(x => x.Sum(0)),
        ["mean"] = Wide(x => x.Mean()),
        ["max"] = Wide(x => x.Max(0)),
        ["min"] = Wide(x => x.Min(0)),
        ["log"] = Positive(x => x.Log()),
        ["sqrt"] = Positive(x => x.Sqrt()),
        ["power-fraction"] = Positive(x => x.Power(1.75f)),
        ["reciprocal"] = Positive(x => 1 / x),
        ["add"] = Pair((x, y) => x + y),
        ["subtract"] = Pair((x, y) => x - y),
        ["multiply"] = Pair((x, y) => x * y),
        ["divide"] = Pair((x, y) => x / y),
        ["power"] = Pair((x, y) => x.Power(y)),
        ["maximum"] = Pair((x, y) => x.Maximum(y)),
        ["minimum"] = Pair((x, y) => x.Minimum(y)),
        ["select"] = Pair((x, y) => x.Less(y).Select(x * x, y * x)),
        ["less"] = Compared((x, y) => x.Less(y)),
        ["less-or-equal"] = Compared((x, y) => x.LessOrEqual(y)),
        ["greater"] = Compared((x, y) => x.Greater(y)),
        ["greater-or-equal"] = Compared((x, y) => x.GreaterOrEqual(y)),
        ["equal"] = Compared((x, y) => x.EqualTo(y)),
        ["not-equal"] = Compared((x, y) => x.NotEqualTo(y)),
        ["mse"] = Error(SquaredErrors.MeanSquared),
        ["half-mse"] = Error(SquaredErrors.HalfMeanSquared),
        ["sum-of-squares"] = Error(SquaredErrors.SumOfSquares),
        ["half-sum-of-squares"] = Error(SquaredErrors.HalfSumOfSquares),
        ["huber"] = Error((x, y) => Huber.Of(x, y)),
        ["huber-other"] = Error((x, y) => Huber.Of(x, y, 0.4f)),
        ["cross-entropy"] = Labelled((x, labels) => CrossEntropy.OfLabels(x, labels)),
        ["cross-entropy-smoothed"] = Labelled((x, labels) => CrossEntropy.OfLabels(x, labels, 0.15f)),
        ["cross-entropy-one-hot"] = new(
            (x, y) => CrossEntropy.OfTargets(x, y, 0.15f), Salted(5, 3), OneHot, Learns: 1),
        ["bce"] = new((p, t) => p.BinaryCrossEntropyOfProbabilities(t), Salted(7, 0.6, 0.5), Targets, Learns: 1),
        ["bce-logits"] = new((z, t) => z.BinaryCrossEntropyOfLogits(t), Salted(5, 3), Targets, Learns: 1),
    };

    private static float[] Labels => [.. Enumerable.Range(0, Samples).Select(i => (float)(i * i % Width))];

    private static float[] OneHot =>
        [.. Labels.SelectMany(label => Enumerable.Range(0, Width).Select(i => i == label ? 1f : 0f))];

    private static float[] Targets => Salted(8, 0.5, 0.5);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_EqualsAnotherImplementations_InResultAndGradients(string name)
    {
        var (function, x, y, learns) = Cases[name];
        var graph = new Graph();
        var first = graph.Input("x", TensorShape.Batch(Width));
        var second = graph.Input("y", y.Length == Samples ? TensorShape.Batch() : TensorShape.Batch(Width));
        var result = function(first, second);
        var gradients = learns == 0
            ? []
            : graph.Gradients(CentralDifferences.Weighted(result), learns == 1 ? [first] : [first, second]);
        var run = new GraphRun([result, .. gradients], Samples);
        run.Set(first, x);
        run.Set(second, y);
        run.Run();
        Numbers.AssertClose($"{name}.result", run.Get(result), Bound);
        for (var i = 0; i < learns; i++)
        {
            Numbers.AssertClose($"{name}.{(i == 0 ? "to-x" : "to-y")}", run.Get(gradients[i]), Bound);
        }
    }

    [Fact]
    public void Fixture_HasNoNumbersThatNothingIsComparedWith() => Assert.Equal(
        Cases.Keys.Order(), Numbers.Names.Select(name => name[..name.IndexOf('.', StringComparison.Ordinal)])
            .Distinct().Order());

    private static Case Wide(Func<Tensor, Tensor> function) =>
        new((x, _) => function(x), Salted(1, 5), Salted(1, 5), Learns: 1);

    private static Case Positive(Func<Tensor, Tensor> function) =>
        new((x, _) => function(x), Salted(2, 2, 2), Salted(2, 2, 2), Learns: 1);

    private static Case Pair(Func<Tensor, Tensor, Tensor> function) =>
        new(function, Salted(3, 2, 2), Salted(4, 2, 2), Learns: 2);

    private static Case Compared(Func<Tensor, Tensor, Tensor> function) =>
        new((x, y) => function(x.Relu(), y.Relu()), Salted(3, 2), Salted(4, 2), Learns: 0);

    private static Case Error(Func<Tensor, Tensor, Tensor> loss) => new(loss, Salted(5, 3), Salted(6, 1.25), Learns: 2);

    private static Case Labelled(Func<Tensor, Tensor, Tensor> loss) => new(loss, Salted(5, 3), Labels, Learns: 1);

    private static float[] Salted(int salt, double scale, double shift = 0) =>
        Truth.Values(Samples * Width, salt, scale, shift);

    /// <param name="Function">Of both inputs.</param>
    /// <param name="X">[samples, width].</param>
    /// <param name="Y">Likewise, or one number per sample.</param>
    /// <param name="Learns">To how many of the inputs there are gradients.</param>
    private sealed record Case(Func<Tensor, Tensor, Tensor> Function, float[] X, float[] Y, int Learns);
}
