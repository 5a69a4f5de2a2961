using Distributed.Engine.Optimizers;

namespace Distributed.Engine.Tests.Optimizers;

/// <summary>
/// The papers' equations for one parameter in double, written without looking at the engine's rules: moments are kept
/// bias-corrected where the paper does so.
/// </summary>
internal static class PaperOptimizers
{
    internal static double Train(Optimizer optimizer, double start, IEnumerable<double> gradients)
    {
        var (weight, a, b, t) = (start, 0.0, 0.0, 0);
        var settings = optimizer.Regularisation;
        foreach (var raw in gradients)
        {
            t++;
            var g = settings.ClipValue is { } clip ? Math.Clamp(raw, -clip, clip) : raw;
            g += (settings.L2 * weight) + (settings.L1 * Math.Sign(weight));
            var decay = optimizer is AdamW { Decay: var own } && settings.WeightDecay == 0 ? own : settings.WeightDecay;
            weight -= optimizer.LearningRate * decay * weight;
            weight -= optimizer.LearningRate * Direction(optimizer, g, t, ref a, ref b);
        }

        return weight;
    }

    private static double Direction(Optimizer optimizer, double g, int t, ref double a, ref double b)
    {
        switch (optimizer)
        {
            case Momentum momentum: // Sutskever et al. 2013, equations 1 and 2, with the rate outside the velocity
                return a = (momentum.Decay * a) + g;
            case Nesterov nesterov: // equations 3 and 4 in the variables that look ahead
                a = (nesterov.Decay * a) + g;
                return g + (nesterov.Decay * a);
            case RmsProp rms: // Hinton 2012: divide by the root of a running average
                a = (rms.Smoothing * a) + ((1 - rms.Smoothing) * g * g);
                return g / (Math.Sqrt(a) + rms.Epsilon);
            case Adagrad adagrad: // Duchi et al. 2011: the diagonal of the sum of outer products
                a += g * g;
                return g / (Math.Sqrt(a) + adagrad.Epsilon);
            case Adam adam:
                return Adam(g, t, adam.FirstDecay, adam.SecondDecay, adam.Epsilon, ref a, ref b);
            case AdamW:
                return Adam(g, t, 0.9f, 0.999f, 1e-8f, ref a, ref b);
            default:
                return g;
        }
    }

    /// <summary>Kingma and Ba 2015, algorithm 1, line by line.</summary>
    private static double Adam(
        double g, int t, double beta1, double beta2, double epsilon, ref double m, ref double v)
    {
        m = (beta1 * m) + ((1 - beta1) * g);
        v = (beta2 * v) + ((1 - beta2) * g * g);
        var mHat = m / (1 - Math.Pow(beta1, t));
        var vHat = v / (1 - Math.Pow(beta2, t));
        return mHat / (Math.Sqrt(vHat) + epsilon);
    }
}
