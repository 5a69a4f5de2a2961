using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Losses;

namespace Distributed.Examples;

/// <summary>
/// Random inputs, random targets, a network with parameters to spare: it learns them by heart. The gradient of a sum
/// over samples is the sum of gradients, so two workers with half the samples each take exactly the same steps.
/// </summary>
public sealed class RandomRegression : IExample
{
    private const int Samples = 64;
    private const float Rate = 1e-6f;
    private const int Steps = 500;

    public string Name => "random-regression";

    public string Summary => "64 random samples, 1000 → 100 → 10, two-layer ReLU, 500 steps; on 1 and on 2 workers";

    public void Run(Lesson lesson)
    {
        var alone = Train(workers: 1);
        var together = Train(workers: 2);
        for (var step = 0; step < Steps; step += 100)
        {
            lesson.Say($"step {step}: loss {alone[step]:G4}");
        }

        lesson.Say($"step {Steps - 1}: loss {alone[^1]:G4}");
        lesson.Check("the loss falls by more than 10⁶", alone[0] > 1e6 * alone[^1]);
        lesson.Check("two workers' losses have the same bits at every step", alone.SequenceEqual(together));
    }

    /// <summary>The loss at each step.</summary>
    private static List<float> Train(int workers)
    {
        // Uniform in ±√3: mean 0 and variance 1.
        var unit = new UniformInitializer(-1.7320508f, 1.7320508f);
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(1000));
        var y = graph.Input("y", TensorShape.Batch(10));
        var w1 = graph.Parameter("W1", [1000, 100], unit);
        var w2 = graph.Parameter("W2", [100, 10], unit);
        var loss = SquaredErrors.SumOfSquares(x.MatMul(w1).Relu().MatMul(w2), y).BatchSum();
        var gradients = graph.Gradients(loss, [w1, w2]);

        // A worker with half the samples makes one leaf of the sum; alone, it makes both and adds them.
        var share = Samples / workers;
        var runs = Enumerable.Range(0, workers)
            .Select(_ => new GraphRun([loss, .. gradients, w1, w2], share, microbatchSize: Samples / 2, seed: 1))
            .ToArray();
        var (inputs, targets) = Data(unit);
        for (var worker = 0; worker < workers; worker++)
        {
            runs[worker].Set(x, inputs.AsSpan(worker * share * 1000, share * 1000));
            runs[worker].Set(y, targets.AsSpan(worker * share * 10, share * 10));
        }

        var losses = new List<float>();
        for (var step = 0; step < Steps; step++)
        {
            Array.ForEach(runs, run => run.Run());
            losses.Add(runs.Sum(run => run.Get(loss)[0]));
            Update(runs, w1, gradients[0]);
            Update(runs, w2, gradients[1]);
        }

        return losses;
    }

    /// <summary>Adds up the workers' gradients and gives all of them the same new weights.</summary>
    private static void Update(GraphRun[] runs, Tensor weights, Tensor gradient)
    {
        var next = runs[0].Get(weights).ToArray();
        var sum = runs[0].Get(gradient).ToArray();
        foreach (var run in runs.Skip(1))
        {
            var share = run.Get(gradient);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += share[i];
            }
        }

        for (var i = 0; i < next.Length; i++)
        {
            next[i] -= Rate * sum[i];
        }

        Array.ForEach(runs, run => run.Set(weights, next));
    }

    private static (float[] Inputs, float[] Targets) Data(Initializer unit)
    {
        var (inputs, targets) = (new float[Samples * 1000], new float[Samples * 10]);
        unit.Fill(7, TensorShape.Of(inputs.Length), 0, inputs);
        unit.Fill(8, TensorShape.Of(targets.Length), 0, targets);
        return (inputs, targets);
    }
}
