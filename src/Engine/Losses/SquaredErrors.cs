using Distributed.Engine.Graphs;

namespace Distributed.Engine.Losses;

/// <summary>
/// The squared-error losses, by the names of the conventions: per sample for training, where the trainer sums over
/// the batch and divides once, and over all values for a graph without batch.
/// </summary>
public static class SquaredErrors
{
    /// <summary>Σ (ŷ − y)² over a sample's outputs, or over all values.</summary>
    public static Tensor SumOfSquares(Tensor predicted, Tensor target) => (predicted - target).Square().Sum();

    /// <summary>Σ (ŷ − y)² / 2.</summary>
    public static Tensor HalfSumOfSquares(Tensor predicted, Tensor target) => 0.5f * SumOfSquares(predicted, target);

    /// <summary>Σ (ŷ − y)² / T for T values.</summary>
    public static Tensor MeanSquared(Tensor predicted, Tensor target) => (predicted - target).Square().Mean();

    /// <summary>Σ (ŷ − y)² / 2T for T values.</summary>
    public static Tensor HalfMeanSquared(Tensor predicted, Tensor target) => 0.5f * MeanSquared(predicted, target);
}
