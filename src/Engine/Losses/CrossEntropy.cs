using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Losses;

/// <summary>Cross-entropies of logits, in nats, one per sample.</summary>
public static class CrossEntropy
{
    /// <summary>(1 − ε)·(−log softmax(z)ₗ) + ε/C · Σ −log softmax(z)ᵢ for the label l of C classes.</summary>
    /// <remarks>
    /// Shapes: logits [batch, C], labels [batch], class indices from 0. Units: smoothing ε in [0, 1), default 0.
    /// Errors: ShapeException for other shapes; ArgumentOutOfRangeException for another ε.
    /// Source: Szegedy et al. 2016, section 7; as PyTorch's CrossEntropyLoss.
    /// </remarks>
    public static Tensor OfLabels(Tensor logits, Tensor labels, float smoothing = 0)
    {
        Check(smoothing);
        var hard = logits.SoftmaxCrossEntropy(labels);
        // The smooth part is log Σ eᶻ − mean z, and the hard part log Σ eᶻ − zₗ.
        return smoothing == 0
            ? hard
            : ((1 - smoothing) * hard) + (smoothing * (LogSumExp(logits) - logits.Mean()));
    }

    /// <summary>Σ −tᵢ·log softmax(z)ᵢ, for targets t that are one-hot or any distribution over the classes.</summary>
    /// <remarks>
    /// Shapes: logits and targets [batch, C]; result [batch]. Smoothing makes the targets (1 − ε)·t + ε/C.
    /// Errors: ShapeException for other shapes; ArgumentOutOfRangeException for another ε.
    /// </remarks>
    public static Tensor OfTargets(Tensor logits, Tensor targets, float smoothing = 0)
    {
        Check(smoothing);
        if (logits.Shape.Rank != 1 || !targets.Shape.Equals(logits.Shape))
        {
            Throw.Shape("softmax-cross-entropy", "targets", targets.Shape, $"{logits.Shape}, one value per class");
        }

        var soft = smoothing == 0
            ? targets
            : ((1 - smoothing) * targets) + (smoothing / logits.Shape.Dimensions[0]);
        return (soft * (LogSumExp(logits).WithUnit(0) - logits)).Sum(0);
    }

    /// <summary>log Σ eᶻ without overflow: −log softmax of the first class, plus its logit.</summary>
    private static Tensor LogSumExp(Tensor logits)
    {
        var graph = logits.Graph;
        var classes = logits.Shape.Dimensions[^1];
        var first = graph.Constant([1, .. new float[classes - 1]], classes);
        var labels = graph.Constant(0).Expand(logits.Shape.With());
        return logits.SoftmaxCrossEntropy(labels) + (logits * first).Sum(0);
    }

    private static void Check(float smoothing)
    {
        if (smoothing is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(smoothing), $"smoothing {smoothing} is out of range: choose 0 up to below 1");
        }
    }
}
