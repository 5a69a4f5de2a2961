using Distributed.Engine.Graphs;

namespace Distributed.Engine.Backends;

/// <summary>
/// Compares a graph's gradients with central differences, (f(x + h) − f(x − h)) / 2h, in double precision.
/// </summary>
/// <remarks>
/// The difference is wrong by about h²·f‴/6 and 1e-16·f/h, some 1e-10 for values near 1 with the default h; at a kink,
/// as of ReLU at 0, the two differ.
/// </remarks>
public sealed class GradientCheck
{
    private readonly Tensor _loss;
    private readonly IReadOnlyList<Tensor> _leaves;
    private readonly IReadOnlyList<Tensor> _gradients;
    private readonly double _step;
    private readonly DoubleRun _analytic;
    private readonly DoubleRun _moved;

    /// <summary>Prepares the comparison of d loss / d leaf for each leaf.</summary>
    /// <remarks>
    /// Shapes: loss is []; leaves are inputs or parameters. Units: samples of a batch, 1 without; step is h, 1e-5.
    /// Errors: ShapeException when loss is not []; ArgumentException for a leaf that is computed.
    /// </remarks>
    public GradientCheck(
        Tensor loss, IReadOnlyList<Tensor> leaves, int samples = 1, ulong seed = 0, double step = 1e-5)
    {
        (_loss, _leaves, _step) = (loss, leaves, step);
        _gradients = loss.Graph.Gradients(loss, leaves);
        _analytic = new DoubleRun([loss, .. _gradients], samples, seed);
        _moved = new DoubleRun([loss], samples, seed);
    }

    /// <summary>Sets an input or a parameter; parameters that are not set start as their initialisers say.</summary>
    public void Set(Tensor tensor, params ReadOnlySpan<double> values)
    {
        _analytic.Set(tensor, values);
        _moved.Set(tensor, values);
    }

    /// <summary>Moves each value of each leaf, one after the other, and reports where the two differ most.</summary>
    public GradientReport Run()
    {
        _analytic.Run();
        var worst = new GradientReport("nothing", 0, 0, 0);
        for (var leaf = 0; leaf < _leaves.Count; leaf++)
        {
            var gradient = _analytic.Get(_gradients[leaf]);
            var values = _moved.Values(_leaves[leaf]);
            for (var i = 0; i < values.Length; i++)
            {
                var report = new GradientReport(
                    _leaves[leaf].Operation.Name, i, gradient[i], CentralDifference(ref values[i]));
                worst = report.Error > worst.Error || double.IsNaN(report.Error) ? report : worst;
            }
        }

        return worst;
    }

    private double CentralDifference(ref double value)
    {
        var middle = value;
        value = middle + _step;
        _moved.Run();
        var above = _moved.Get(_loss)[0];
        value = middle - _step;
        _moved.Run();
        var below = _moved.Get(_loss)[0];
        value = middle;
        return (above - below) / (2 * _step);
    }
}

/// <summary>Where a gradient and its central difference differ most.</summary>
/// <param name="Leaf">The name of the input or parameter.</param>
/// <param name="Index">Which of its values, from 0.</param>
/// <param name="Analytic">The graph's gradient.</param>
/// <param name="Difference">The central difference.</param>
public sealed record GradientReport(string Leaf, int Index, double Analytic, double Difference)
{
    /// <summary>How far they are apart: relative where the difference is above 1, absolute below.</summary>
    public double Error => Math.Abs(Analytic - Difference) / Math.Max(1, Math.Abs(Difference));

    public override string ToString() =>
        $"{Leaf}[{Index}]: gradient {Analytic:G9}, central difference {Difference:G9}, apart by {Error:G3}";
}
