using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// A network finds XOR's weights by itself, if it has units to spare. Two ReLU units are just enough on paper, but one
/// that starts with its line on the wrong side is 0 for all four inputs, has no gradient, and never comes back.
/// </summary>
public sealed class XorLearned : IExample
{
    private const int Starts = 20;

    public string Name => "xor-learned";

    public string Summary => "a ReLU network learns XOR; two hidden units without bias often do not";

    public void Run(Lesson lesson)
    {
        var wide = Count(hidden: 16, bias: true);
        var wideBare = Count(hidden: 16, bias: false);
        var narrow = Count(hidden: 2, bias: false);
        lesson.Say($"learned from {Starts} seeded starts:");
        lesson.Say($"  16 hidden units, with bias:    {wide.Learned}, units dead at the end {wide.Dead}");
        lesson.Say($"  16 hidden units, without bias: {wideBare.Learned}, units dead at the end {wideBare.Dead}");
        lesson.Say($"  2 hidden units, without bias:  {narrow.Learned}, units dead at the end {narrow.Dead}");
        lesson.Say("The third input is always 1, so hidden units have a bias of their own either way.");
        lesson.Check("16 units learn XOR from the first start", wide.First && wideBare.First);
        lesson.Check("2 units without bias fail more often than not", narrow.Learned <= Starts / 2);
        lesson.Check("2 units fail where units died or met", narrow.Learned < wideBare.Learned && narrow.Dead > 0);
    }

    /// <summary>From how many starts XOR is learned, whether from the first, and how many units end dead.</summary>
    private static (int Learned, bool First, int Dead) Count(int hidden, bool bias)
    {
        var graph = new Graph();
        var x = graph.Constant([0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1], 4, 3);
        var target = graph.Constant([0, 1, 1, 0], 4, 1);
        var start = new UniformInitializer(-1, 1);
        var sums = x.MatMul(graph.Parameter("W1", [3, hidden], start));
        var h = (bias ? sums + graph.Parameter("b1", [hidden], new ConstantInitializer(0)) : sums).Relu();
        var outputs = h.MatMul(graph.Parameter("W2", [hidden, 1], start));
        var y = bias ? outputs + graph.Parameter("b2", [1], new ConstantInitializer(0)) : outputs;
        var loss = SquaredErrors.MeanSquared(y, target);
        var alive = h.Max(0).Greater(graph.Constant(0));
        var (learned, first, dead) = (0, false, 0);
        for (var seed = 0; seed < Starts; seed++)
        {
            var descent = new Descent(loss, rate: 0.1f, watched: [alive], seed: (ulong)seed);
            var error = float.MaxValue;
            for (var step = 0; step < 2000 && error > 1e-3f; step++)
            {
                error = descent.Step();
            }

            learned += error <= 1e-3f ? 1 : 0;
            first |= seed == 0 && error <= 1e-3f;
            dead += hidden - (int)descent.Run.Get(alive).ToArray().Sum();
        }

        return (learned, first, dead);
    }
}
