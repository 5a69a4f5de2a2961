using Distributed.Engine.Graphs;

namespace Distributed.Engine.Losses;

/// <summary>Squared near 0, linear further away: d²/2 where |d| ≤ δ, δ·(|d| − δ/2) elsewhere.</summary>
/// <remarks>Source: Huber 1964; as PyTorch's HuberLoss.</remarks>
public static class Huber
{
    /// <summary>Element by element for d = ŷ − y.</summary>
    /// <remarks>Units: delta (δ) above 0, default 1. Errors: ArgumentOutOfRangeException for another one.</remarks>
    public static Tensor Of(Tensor predicted, Tensor target, float delta = 1)
    {
        if (!(delta > 0) || !float.IsFinite(delta))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), $"delta {delta} is out of range: choose a number above 0");
        }

        var distance = (predicted - target).Abs();
        var beyond = (distance - delta).Relu();
        return (0.5f * (distance - beyond).Square()) + (delta * beyond);
    }
}
