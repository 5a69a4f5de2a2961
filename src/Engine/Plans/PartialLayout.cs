namespace Distributed.Engine.Plans;

/// <summary>
/// How the sums over the batch lie in one piece: first those of the outputs, in the outputs' order, so that gradients
/// lie as their parameters do; behind them further terms, where an output is a sum of several such sums because a
/// parameter is used in several places.
/// </summary>
/// <remarks>
/// Units: floats. Each sum is finished along the canonical tree by itself, then the terms are added in order.
/// </remarks>
/// <param name="ResultLength">Floats of the outputs.</param>
/// <param name="Length">Floats in all.</param>
/// <param name="Terms">What is added to the outputs, in this order.</param>
public sealed record PartialLayout(int ResultLength, int Length, IReadOnlyList<PartialTerm> Terms)
{
    /// <summary>Sums that are all outputs of their own.</summary>
    public static PartialLayout Plain(int length) => new(length, length, []);
}

/// <summary>Length sums from Offset, to be added to the results from ResultOffset. Units: floats.</summary>
public readonly record struct PartialTerm(int ResultOffset, int Offset, int Length);
