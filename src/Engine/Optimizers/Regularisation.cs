namespace Distributed.Engine.Optimizers;

/// <summary>What is done to gradients and weights around an optimizer's own rule. Default: nothing.</summary>
/// <remarks>
/// In this order: the mean gradient of the loss is clipped, the penalties' gradients are added, the weights decay, the
/// rule is applied; as PyTorch's clip_grad_… followed by an optimizer with weight_decay. All parameters take part,
/// biases too. Losses that are told are the data's alone, without penalties.
/// Errors: ArgumentOutOfRangeException for a number that is negative, not finite or, of a clip, 0.
/// </remarks>
public sealed record Regularisation
{
    public static Regularisation None { get; } = new();

    /// <summary>λ of the penalty λ·Σ|w|: adds λ·sign(w) to the gradient. Default 0.</summary>
    public float L1
    {
        get;
        init => field = NotNegative(nameof(L1), value);
    }

    /// <summary>λ of the penalty λ/2·Σw²: adds λ·w to the gradient; weight_decay of PyTorch's SGD and Adam. Default 0.
    /// </summary>
    public float L2
    {
        get;
        init => field = NotNegative(nameof(L2), value);
    }

    /// <summary>Decoupled decay λ: w ← w·(1 − η·λ) before the rule; Loshchilov and Hutter 2019. Default 0.</summary>
    public float WeightDecay
    {
        get;
        init => field = NotNegative(nameof(WeightDecay), value);
    }

    /// <summary>Every element of the gradient is brought into ± this. Default none.</summary>
    public float? ClipValue
    {
        get;
        init => field = Positive(nameof(ClipValue), value);
    }

    /// <summary>
    /// The longest gradient over all parameters: a longer one is multiplied by this / (norm + 1e-6), as in PyTorch.
    /// Default none. Source: Pascanu, Mikolov and Bengio 2013.
    /// </summary>
    public float? ClipNorm
    {
        get;
        init => field = Positive(nameof(ClipNorm), value);
    }

    /// <summary>What gradients of this norm are multiplied by.</summary>
    /// <remarks>A norm that is not finite gives 0 or NaN, which shows in the parameters.</remarks>
    public float Scale(float norm)
    {
        const double Small = 1e-6;
        return ClipNorm is not { } most || norm + Small <= most ? 1 : (float)(most / (norm + Small));
    }

    private static float NotNegative(string name, float value) => float.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} {value} is out of range: choose 0 or more");

    private static float? Positive(string name, float? value) => value is null or > 0 and < float.PositiveInfinity
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} {value} is out of range: choose a number above 0");
}
