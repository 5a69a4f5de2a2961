using Distributed.Engine.Graphs;
using Distributed.Engine.Pictures;

namespace Distributed.Examples;

/// <summary>
/// A unit need not draw a line: z = (x₁ − w₁)² + (x₂ − w₂)² − w₀² is 0 on a circle. Sigmoid and cross-entropy on top,
/// and descent finds centre and radius from points that say only whether they lie inside.
/// </summary>
public sealed class Circle : IExample
{
    private const int Side = 20;

    public string Name => "circle";

    public string Summary => "a circular boundary learned with binary cross-entropy, and drawn";

    public void Run(Lesson lesson)
    {
        var graph = new Graph();
        var points = graph.Constant(Grid(), Side * Side, 2);
        var centre = graph.Parameter("centre", [2], new ConstantInitializer(0));
        var radius = graph.Parameter("radius", [], new ConstantInitializer(3));
        var z = (points - centre).Square().Sum(1) - radius.Square();

        // 1 outside. −log σ(z) = softplus(−z) and −log(1 − σ(z)) = softplus(z), together softplus(z) − target·z.
        var truth = graph.Constant([2, -1], 2);
        var outside = (points - truth).Square().Sum(1).Greater(graph.Constant(5 * 5));
        var loss = (z.Softplus() - (outside * z)).Mean();
        var descent = new Descent(loss, rate: 0.02f, watched: [outside, points]);
        var (first, last) = (descent.Step(), 0f);
        for (var step = 0; step < 1000; step++)
        {
            last = descent.Step();
        }

        var (c, r) = (descent.Run.Get(centre).ToArray(), descent.Run.Get(radius)[0]);
        lesson.Say($"loss {first:G4} → {last:G4}, centre ({c[0]:F3}, {c[1]:F3}), radius {r:F3}");
        lesson.Check("the centre", [2, -1], c, 0.1);
        lesson.Check("the radius", [5], [Math.Abs(r)], 0.1);
        Draw(lesson, descent.Run.Get(points).ToArray(), descent.Run.Get(outside).ToArray(), c, r);
    }

    private static float[] Grid() => [.. Enumerable.Range(0, Side * Side).SelectMany(
        i => new[] { (i % Side) - 9.5f, (i / Side) - 9.5f })];

    private static void Draw(Lesson lesson, float[] points, float[] outside, float[] c, float r)
    {
        double[] Coordinates(int axis, float side) => [.. Enumerable.Range(0, outside.Length)
            .Where(i => outside[i] == side).Select(i => (double)points[(2 * i) + axis])];
        lesson.Picture("circle.svg", new Plot("Points, and the boundary that was learned", "x₁", "x₂")
            .Scatter("inside", Coordinates(0, 0), Coordinates(1, 0))
            .Scatter("outside", Coordinates(0, 1), Coordinates(1, 1))
            .Contour("z = 0", (x, y) => ((x - c[0]) * (x - c[0])) + ((y - c[1]) * (y - c[1])) - (r * r))
            .ToSvg());
    }
}
