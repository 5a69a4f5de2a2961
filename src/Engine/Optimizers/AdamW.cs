using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>Adam with decoupled weight decay: w ← w·(1 − η·λ), then Adam's step.</summary>
/// <remarks>
/// Units: as <see cref="Adam"/>; Decay (λ) default 0.01, as in PyTorch. A weight decay of the regularisation takes its
/// place.
/// Errors: ArgumentOutOfRangeException for a number out of range.
/// Source: Loshchilov and Hutter 2019, algorithm 2.
/// </remarks>
public sealed record AdamW : Optimizer
{
    private readonly Adam _adam;

    public AdamW(
        float rate = 1e-3f, float decay = 0.01f, float firstDecay = 0.9f, float secondDecay = 0.999f,
        float epsilon = 1e-8f)
        : base(rate)
    {
        _adam = new Adam(rate, firstDecay, secondDecay, epsilon);
        Decay = NotNegative("weight decay", decay);
    }

    public float Decay { get; }

    private protected override IReadOnlyList<string> OwnSlots => _adam.Slots;

    internal override ParameterUpdate Bind<TLanes, TVector>() =>
        Update<TLanes, TVector, Adam.Rule>(
            new Adam.Rule(_adam.FirstDecay, _adam.SecondDecay, _adam.Epsilon, 0, 1),
            Regularisation.WeightDecay > 0 ? Regularisation : Regularisation with { WeightDecay = Decay });
}
