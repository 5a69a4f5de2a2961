using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>
/// The same polynomial fitted twice: by steps along the whole data's gradient, and by a step after every sample. A
/// sample's gradient is a rough guess of the whole one and costs a 64th, so descent by samples needs fewer passes.
/// </summary>
public sealed class Polynomial : IExample
{
    private const int Samples = 64;
    private static readonly double[] Truth = [1.5, -2, 0.5];

    public string Name => "polynomial";

    public string Summary => "w₂x² + w₁x + w₀ by gradient descent and by stochastic gradient descent";

    public void Run(Lesson lesson)
    {
        var (whole, byWhole) = Fit(batch: Samples, rate: 0.3f);
        var (single, bySample) = Fit(batch: 1, rate: 0.3f);
        lesson.Say($"gradient descent:            {whole} passes");
        lesson.Say($"stochastic gradient descent: {single} passes");
        lesson.Check("w₂, w₁, w₀ by the whole gradient", Truth, byWhole, 1e-3);
        lesson.Check("w₂, w₁, w₀ sample by sample", Truth, bySample, 1e-3);
        lesson.Check("descent by samples needs fewer passes", single < whole);
    }

    /// <summary>Passes over the data until every coefficient is right to 1e-3, and the coefficients.</summary>
    private static (int Passes, double[] Found) Fit(int batch, float rate)
    {
        var graph = new Graph();
        var (x, y) = (graph.Input("x", TensorShape.Batch()), graph.Input("y", TensorShape.Batch()));
        var zero = new ConstantInitializer(0);
        var w2 = graph.Parameter("w2", [], zero);
        var w1 = graph.Parameter("w1", [], zero);
        var w0 = graph.Parameter("w0", [], zero);
        var loss = ((w2 * x.Square()) + (w1 * x) + w0 - y).Square().BatchSum() / batch;
        var descent = new Descent(loss, rate, samples: batch);

        // In a mixed order: 27 has no factor in common with 64.
        var xs = Enumerable.Range(0, Samples).Select(i => (i * 27 % Samples / 31.5f) - 1).ToArray();
        var ys = Array.ConvertAll(xs, value => (float)((Truth[0] * value * value) + (Truth[1] * value) + Truth[2]));
        double[] found = [0, 0, 0];
        var passes = 0;
        while (passes < 1000 && found.Zip(Truth).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-3))
        {
            for (var first = 0; first < Samples; first += batch)
            {
                descent.Run.Set(x, xs.AsSpan(first, batch));
                descent.Run.Set(y, ys.AsSpan(first, batch));
                descent.Step();
            }

            passes++;
            found = [descent.Run.Get(w2)[0], descent.Run.Get(w1)[0], descent.Run.Get(w0)[0]];
        }

        return (passes, found);
    }
}
