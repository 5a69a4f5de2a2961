using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// Softmax with cross-entropy has the gradient y − t: what the network says, less what is so. The mean over a batch is
/// a sum divided once. Dividing on each worker and averaging gives the same where all have as many samples; adding sums
/// and dividing once is right always, and here the same to the bit.
/// </summary>
public sealed class SoftmaxMean : IExample
{
    private const int Samples = 32;
    private const int Workers = 4;
    private const int Classes = 5;

    public string Name => "softmax-mean";

    public string Summary => "softmax cross-entropy: the gradient y − t, on one worker and averaged over four";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(3));
        var labels = graph.Input("labels", TensorShape.Batch());
        var w = graph.Parameter("W", [3, Classes], new UniformInitializer(-1, 1));
        var z = x.MatMul(w);
        var loss = z.SoftmaxCrossEntropy(labels).BatchSum();
        var (toLogits, toWeights) = (loss.Gradient(z), loss.Gradient(w));
        var target = graph.Input("targets", TensorShape.Batch(Classes));
        var distance = (toLogits - (z.Softmax() - target)).Abs().Max();
        Tensor[] results = [toWeights, distance];

        var values = new float[Samples * 3];
        new UniformInitializer(-2, 2).Fill(5, TensorShape.Of(values.Length), 0, values);
        GraphRun Worker(int first, int count)
        {
            var run = new GraphRun(results, count, microbatchSize: Samples / Workers);
            float[] classes = [.. Enumerable.Range(first, count).Select(i => (float)(i * 7 % Classes))];
            run.Set(x, values.AsSpan(first * 3, count * 3));
            run.Set(labels, classes);
            run.Set(target, [.. classes.SelectMany(t => Enumerable.Range(0, Classes).Select(c => c == t ? 1f : 0f))]);
            run.Run();
            return run;
        }

        var alone = Worker(0, Samples);
        lesson.Check("the gradient to the logits is y − t in every sample",
            alone.Get(distance).ToArray().All(value => value <= 1e-6f));

        var sums = Enumerable.Range(0, Workers).Select(i => Worker(i * Samples / Workers, Samples / Workers)
            .Get(toWeights).ToArray()).ToArray();
        float[] together = [.. Enumerable.Range(0, 3 * Classes).Select(
            i => ((sums[0][i] + sums[1][i]) + (sums[2][i] + sums[3][i])) / Samples)];
        float[] single = [.. alone.Get(toWeights).ToArray().Select(sum => sum / Samples)];
        float[] averaged = [.. Enumerable.Range(0, 3 * Classes).Select(
            i => sums.Average(sum => sum[i] / (Samples / Workers)))];
        lesson.Say($"the first weight's gradient: alone {single[0]:G9}, added and divided once {together[0]:G9}, "
            + $"average of averages {averaged[0]:G9}");
        lesson.Check("four workers, added along the tree and divided once, have the same bits",
            single.SequenceEqual(together));
        lesson.Check("the average of four averages is the same to 1e-6",
            single.Zip(averaged).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-6f));
    }
}
